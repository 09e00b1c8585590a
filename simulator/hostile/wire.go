package hostile

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// patience is for how long an attack waits for the server's answer. A server that is just busy answers well within it.
const patience = 10 * time.Second

// wire is a connection that says whatever it is told to.
type wire struct {
	ws     *websocket.Conn
	reader *protocol.Reader
	undo   func() bool // of the context's hold on it
}

// dial connects and says no hello. The connection ends with ctx.
func (a *Attacker) dial(ctx context.Context) (*wire, error) {
	dialer := websocket.Dialer{NetDialContext: a.cfg.NetDial, HandshakeTimeout: patience, ReadBufferSize: 1024, WriteBufferSize: 1024}
	ws, _, err := dialer.DialContext(ctx, a.cfg.URL, nil)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(protocol.MaxServerFrame)
	return &wire{ws: ws, reader: protocol.NewReader(), undo: context.AfterFunc(ctx, func() { _ = ws.Close() })}, nil
}

// cut goes without a word.
func (w *wire) cut() {
	w.undo()
	_ = w.ws.Close()
}

// tcp is the stream below.
func (w *wire) tcp() net.Conn { return w.ws.NetConn() }

func (w *wire) send(frame []byte) error { return w.ws.WriteMessage(websocket.BinaryMessage, frame) }

// next reads a frame. The error wraps *protocol.Closed where the server said why it ended.
func (w *wire) next() (protocol.Kind, []byte, error) {
	_ = w.ws.SetReadDeadline(time.Now().Add(patience))
	return w.read()
}

func (w *wire) read() (protocol.Kind, []byte, error) {
	_, frame, err := w.ws.ReadMessage()
	if err != nil {
		var closed *websocket.CloseError
		if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
			err = &protocol.Closed{Code: protocol.CloseCode(closed.Code), Text: closed.Text}
		}
		return 0, nil, err
	}
	kind, err := protocol.PeekKind(frame)
	return kind, frame, err
}

// await reads until a frame of a kind comes.
func (w *wire) await(kind protocol.Kind) ([]byte, error) {
	for until := time.Now().Add(patience); time.Now().Before(until); {
		got, frame, err := w.next()
		if err != nil {
			return nil, err
		}
		if got == kind {
			return frame, nil
		}
	}
	return nil, fmt.Errorf("no %v within %v", kind, patience)
}

// end reads until the server ends the connection, and returns how. It is nil when the connection was still there after d.
func (w *wire) end(d time.Duration) error {
	until := time.Now().Add(d)
	for time.Now().Before(until) {
		_ = w.ws.SetReadDeadline(until)
		if _, _, err := w.read(); err != nil {
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				return nil
			}
			return err
		}
	}
	return nil
}

// greet says hello, with a resume token unless that is "".
func (w *wire) greet(token string) (protocol.Welcome, error) {
	hello := protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Client: "deltatick-hostile/1",
		Codecs: []string{protocol.CodecMP}, Auth: []string{"guest", "mallory"},
	}
	if token != "" {
		hello.Resume = &protocol.Resume{Token: token}
	}
	if err := w.send(protocol.MustEncode(hello)); err != nil {
		return protocol.Welcome{}, err
	}
	frame, err := w.await(protocol.KindWelcome)
	if err != nil {
		return protocol.Welcome{}, err
	}
	return w.reader.Welcome(frame)
}

// ask makes a request of the lobby and returns its reply's payload. A refusal is a *protocol.Error.
func (w *wire) ask(name string, payload any) (protocol.Raw, error) {
	err := w.send(protocol.MustEncode(protocol.Request{
		Kind: protocol.KindRequest, ID: 1, Channel: protocol.ChannelLobby, Name: name, Payload: protocol.MustEncode(payload),
	}))
	if err != nil {
		return nil, err
	}
	frame, err := w.await(protocol.KindReply)
	if err != nil {
		return nil, err
	}
	reply, err := w.reader.Reply(frame)
	if err != nil {
		return nil, err
	}
	if reply.Error != nil {
		return nil, reply.Error
	}
	return reply.Payload, nil
}

// guest connects and is welcomed.
func (a *Attacker) guest(ctx context.Context) (*wire, protocol.Welcome, error) {
	w, err := a.dial(ctx)
	if err != nil {
		return nil, protocol.Welcome{}, err
	}
	welcome, err := w.greet("")
	if err != nil {
		w.cut()
		return nil, welcome, err
	}
	return w, welcome, nil
}

// lobby makes a private lobby and returns its code.
func (a *Attacker) lobby(w *wire, players int) (code string, err error) {
	payload, err := w.ask("create", map[string]any{"game": a.cfg.Game, "name": "hostile", "private": true, "max_players": players, "start": "host"})
	if err != nil {
		return "", err
	}
	var reply struct {
		Lobby struct {
			Code string `msgpack:"code"`
		} `msgpack:"lobby"`
	}
	return reply.Lobby.Code, errors.Join(protocol.Decode(payload, &reply), nil)
}

// seated is a guest in a match of its own.
func (a *Attacker) seated(ctx context.Context) (*wire, protocol.Welcome, protocol.Enter, error) {
	w, welcome, err := a.guest(ctx)
	if err != nil {
		return nil, welcome, protocol.Enter{}, err
	}
	enter, err := a.sit(w)
	if err != nil {
		w.cut()
		return nil, welcome, enter, err
	}
	return w, welcome, enter, nil
}

func (a *Attacker) sit(w *wire) (protocol.Enter, error) {
	if _, err := a.lobby(w, 1); err != nil {
		return protocol.Enter{}, err
	}
	start := protocol.Request{Kind: protocol.KindRequest, ID: 2, Channel: protocol.ChannelLobby, Name: "start", Payload: protocol.MustEncode(nil)}
	if err := w.send(protocol.MustEncode(start)); err != nil {
		return protocol.Enter{}, err
	}
	frame, err := w.await(protocol.KindEnter)
	if err != nil {
		return protocol.Enter{}, err
	}
	return w.reader.Enter(frame)
}
