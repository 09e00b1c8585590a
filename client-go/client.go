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

	outbox  outbox
	uploads uploads

	ran  atomic.Bool
	done chan struct{} // closed when Run is over

	// Owned by Run's goroutine.
	backoff   *backoff
	reader    *protocol.Reader
	token     string // newest resume token, "" before the first welcome; written with mu, too, since others read it
	downloads downloads
	excused   uint32 // events whose absence the newest welcome has announced

	seq atomic.Uint32 // newest event handled; Run's goroutine writes it, pings read it

	mu      sync.Mutex
	changed chan struct{}           // closed and made anew whenever something below changes
	stop    context.CancelCauseFunc // of Run, nil before it
	link    *link                   // nil while offline
	room    *Room                   // nil while in no match, or offline
	lobby   *State                  // nil while in none
	session Session

	sessions int   // how many there were: a request belongs to one
	leaving  bool  // Bye was said
	ended    error // why Run is over, nil before
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
	c.token = cfg.Resume.Token
	c.seq.Store(cfg.Resume.Seq)
	return c, nil
}

// errLeft is the cause with which Bye ends a Run that has no socket to say it on.
var errLeft = errors.New("bye")

// Run connects and stays connected. It blocks until [Client.Bye] (nil), until ctx ends (its cause), until the server closes
// with a code that says not to come back, or to renew what only Config.Auth could (*protocol.Closed), or until the first dial fails (ErrUnreachable, unless
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
	c.outbox.lose()
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
		case closed != nil && c.givesUp(code):
			return err
		case closed == nil && c.stats.connects.Load() == 0 && !c.cfg.KeepDialing:
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
		// When it cannot be said, the socket is lost, and Run ends as well.
		_ = at.sock.write(protocol.KindBye, protocol.MustEncode(&protocol.Bye{Kind: protocol.KindBye}))
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

func (c *Client) hasLeft() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leaving
}
