package client

import "errors"

// What calls and rooms end with, apart from a [protocol.Error] of the server's and a [protocol.Closed] connection.
var (
	// ErrOffline: the socket that the call or the room depended on was lost. The client is coming back by itself; whether a
	// request had been carried out is unknown.
	ErrOffline = errors.New("the socket was lost")
	// ErrEnded: Run is over, or Bye was said.
	ErrEnded = errors.New("the client has ended")
	// ErrBusy: as many requests wait for a reply as the client allows.
	ErrBusy = errors.New("too many requests are waiting for a reply")
	// ErrFull: as many events wait for the server to handle them as the client keeps.
	ErrFull = errors.New("too many events are waiting for the server")
	// ErrTooBig: no frame holds it.
	ErrTooBig = errors.New("too big for a frame")
	// ErrRunning: Run was called twice.
	ErrRunning = errors.New("the client was run before")
	// ErrReplaced: the match was entered anew, or another one was.
	ErrReplaced = errors.New("the room was replaced by a newer one")
	// ErrSpectator: a spectator has no inputs.
	ErrSpectator = errors.New("a spectator sends no input")
	// ErrUnreachable: no connection could be made. Run ends with it when the first dial fails, unless told to keep dialing.
	ErrUnreachable = errors.New("cannot connect")
)
