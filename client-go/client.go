package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Client is one session with a server. Make it with [New], then [Client.Run] it.
type Client struct {
	cfg   Config
	log   *slog.Logger
	stats *counters
	calls calls
	ran   atomic.Bool
	done  chan struct{} // closed when Run is over

	// Owned by Run's goroutine.
	backoff *backoff
	reader  *protocol.Reader
	token   string // newest resume token, "" before the first welcome
	excused uint32 // events whose absence the newest welcome has announced

	seq atomic.Uint32 // newest event handled; Run's goroutine writes it, pings read it

	mu      sync.Mutex
	changed chan struct{}           // closed and made anew whenever something below changes
	stop    context.CancelCauseFunc // of Run, nil before it
	link    *link                   // nil while offline
	room    *Room                   // nil while in no match, or offline
	lobby   *State                  // nil while in none
	session Session
	leaving bool  // Bye was said
	ended   error // why Run is over, nil before
}

// New checks cfg and makes a client. It starts nothing.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	c := &Client{
		cfg: cfg, log: cfg.Logger, stats: &counters{}, done: make(chan struct{}), changed: make(chan struct{}),
		backoff: newBackoff(cfg), reader: protocol.NewReader(),
	}
	c.calls.waiting = map[uint32]call{}
	return c, nil
}

// errLeft is the cause with which Bye ends a Run that has no socket to say it on.
var errLeft = errors.New("bye")

// Run connects and stays connected. It blocks until [Client.Bye] (nil), until ctx ends (its cause), until the server closes
// with a code that says not to come back (*protocol.Closed), or until the first dial fails (ErrUnreachable, unless
// Config.KeepDialing). A client is run once.
//
// A Run whose context ends closes its socket but says no bye: the session, its lobby and its seat stay for the server's grace
// period.
func (c *Client) Run(ctx context.Context) error {
	if c.ran.Swap(true) {
		return ErrRunning
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c.update(func() {
		c.stop = stop
		if c.leaving {
			stop(errLeft)
		}
	})
	err := c.stayConnected(ctx)
	c.update(func() { c.ended = errors.Join(ErrEnded, err) })
	close(c.done)
	return err
}

func (c *Client) stayConnected(ctx context.Context) error {
	for {
		welcomed, err := c.connect(ctx)
		var closed *protocol.Closed
		code := protocol.CloseCode(0)
		if errors.As(err, &closed) {
			code = closed.Code
		}
		if errors.Is(err, protocol.ErrMalformed) {
			c.stats.malformed.Add(1)
			c.log.Warn("the server broke the protocol", "err", err)
		}
		switch {
		case c.hasLeft():
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case closed != nil && !code.ComesBack():
			return err
		case closed == nil && c.token == "" && !c.cfg.KeepDialing:
			return err
		}
		wait := c.backoff.wait(time.Now(), welcomed, code)
		c.log.Debug("offline", "err", err, "redial_in", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			// The next connect fails at once and the switch above tells why.
		}
	}
}

// Bye ends the session for good: the server frees its lobby place and its seat at once. It returns when Run is over, within
// about a second, or when ctx ends. Said while offline it only ends Run; the server frees the seat after its grace period.
func (c *Client) Bye(ctx context.Context) error {
	var at *link
	c.update(func() {
		c.leaving = true
		if at = c.link; at == nil && c.stop != nil {
			c.stop(errLeft)
		}
	})
	if !c.ran.Load() {
		return nil
	}
	if at != nil {
		if at.sock.write(protocol.KindBye, protocol.MustEncode(&protocol.Bye{Kind: protocol.KindBye})) != nil {
			at.sock.cut()
		}
	}
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
	case <-patience.C:
	}
	if at != nil {
		at.sock.cut()
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Cut drops the current socket, if there is one, without a close frame, as a broken network would. The client comes back by
// itself. It is for tests and chaos.
func (c *Client) Cut() { c.sever((*socket).cut) }

// CutMidFrame is [Client.Cut] after the first bytes of a frame.
func (c *Client) CutMidFrame() { c.sever((*socket).cutMidFrame) }

func (c *Client) sever(how func(*socket)) {
	c.mu.Lock()
	at := c.link
	c.mu.Unlock()
	if at != nil {
		how(at.sock)
	}
}

// Session is who the server says this client is.
type Session struct {
	ID      string
	User    string // stable id of the user, as members of lobbies are told
	Name    string // display name, as cleaned by the server
	Server  string // name and version of the server software
	Grace   time.Duration
	Resumed bool   // the newest welcome gave an existing session back
	Lost    uint32 // events that were lost before it: what was derived from events must be fetched anew
}

// Session returns the newest welcome's; it is zero before the first.
func (c *Client) Session() Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// Online reports whether there is a welcomed socket.
func (c *Client) Online() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link != nil
}

// Room returns the match this client is in, or nil.
func (c *Client) Room() *Room {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.room
}

// NextRoom waits until the client is in a room other than after, which may be nil, and returns it. It fails when ctx or Run
// ends.
func (c *Client) NextRoom(ctx context.Context, after *Room) (*Room, error) {
	var room *Room
	err := c.await(ctx, func() bool {
		room = c.room
		return room != nil && room != after
	})
	if err != nil {
		return nil, err
	}
	return room, nil
}

func (c *Client) hasLeft() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leaving
}

// update changes what mu guards and wakes everybody who waits for a change.
func (c *Client) update(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	close(c.changed)
	c.changed = make(chan struct{})
}

// await blocks until ok, which is asked under the lock, or until ctx or Run ends.
func (c *Client) await(ctx context.Context, ok func() bool) error {
	for {
		c.mu.Lock()
		yes, ended, changed := ok(), c.ended, c.changed
		c.mu.Unlock()
		switch {
		case yes:
			return nil
		case ended != nil:
			return ended
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
