package relay

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Link is the player's connection: a *session.Link. Its methods do not block.
type Link interface {
	Codec() string
	Send(frame []byte) bool
	Offer(head, body []byte) bool
	Close(code protocol.CloseCode)
}

// Relay is a player's way to a seat on another node. Make it with [New]; see the package for who calls what.
type Relay struct {
	cfg Config

	sock  atomic.Pointer[socket] // nil: no connection
	shown atomic.Int64           // when the newest snapshot came, or the connection was made; Unix ns

	// Of the goroutine in Connect and Serve.
	reader *protocol.Reader
	token  string // newest resume token; "": no session yet
	moved  *MovedError
	seq    atomic.Uint32 // newest event that was passed on; the pinging goroutine reads it

	// Guarded by mu, under which nothing is called.
	mu      sync.Mutex
	link    Link // nil: the player is away
	entered bool // an enter frame has come since the link was there: snapshots are for it
	codec   string
	taking  bool // the player wants the match's frames here, and the other node has not been told
}

// New makes a relay. It dials nothing.
func New(cfg Config) (*Relay, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Relay{cfg: cfg, reader: protocol.NewReader(), codec: protocol.CodecMP, token: cfg.Session.Token}
	r.seq.Store(cfg.Session.Seq)
	return r, nil
}

// Session is the relay's session on the other node.
type Session struct {
	Token string // that resumes it; "": there is none
	Seq   uint32 // newest event that was passed on
}

// Session is for the goroutine that calls Connect and Serve, when neither is running.
func (r *Relay) Session() Session { return Session{r.token, r.seq.Load()} }

// Attach gives the player's connection, in place of any there was. It gets an enter frame and a keyframe as soon as the match has heard of it.
func (r *Relay) Attach(link Link) {
	r.mu.Lock()
	other := r.codec != link.Codec()
	r.link, r.entered, r.codec = link, false, link.Codec()
	r.mu.Unlock()
	s := r.sock.Load()
	switch {
	case s == nil: // the hello will say so
	case other:
		s.end(ErrCodec)
	default:
		_ = r.say(s, attachFrame) // else the next hello says so
	}
}

// Detach takes a connection away, if the player has no other by now. Events still come.
func (r *Relay) Detach(link Link) {
	r.mu.Lock()
	had := r.link == link
	if had {
		r.link, r.entered = nil, false
	}
	r.mu.Unlock()
	if s := r.sock.Load(); s != nil && had {
		_ = r.say(s, detachFrame) // likewise
	}
}

// Take has the match's frames come here although the player's client has a connection of its own to the other node: it has lost that one, whatever
// that node knows of it.
func (r *Relay) Take() {
	r.mu.Lock()
	r.taking = true
	r.mu.Unlock()
	if s := r.sock.Load(); s != nil {
		r.take(s)
	}
}

// take tells the other node, once, if the player wants that.
func (r *Relay) take(s *socket) {
	r.mu.Lock()
	wanted := r.taking
	r.taking = false
	r.mu.Unlock()
	if wanted && r.say(s, takeFrame) != nil {
		r.mu.Lock()
		r.taking = true // the next connection says so
		r.mu.Unlock()
	}
}

// Requests that tell the other node whether the player is there. Nobody waits for an answer.
var (
	takeFrame   = request("take")
	attachFrame = request("attach")
	detachFrame = request("detach")
)

func request(name string) []byte {
	return protocol.MustEncode(protocol.Request{Kind: protocol.KindRequest, Channel: protocol.ChannelMatch, Name: name, Payload: protocol.OrNil(nil)})
}

// Input passes an input frame on, Ack an acknowledgement, Resync a wish for a keyframe. The other node looks at what is in them. The error is nil: what
// cannot be passed on is counted.
func (r *Relay) Input(_ time.Time, _ *protocol.Reader, frame []byte) error { return r.pass(frame) }

// Ack implements session.Stream, like [Relay.Input].
func (r *Relay) Ack(_ time.Time, _ *protocol.Reader, frame []byte) error { return r.pass(frame) }

// Resync implements session.Stream, like [Relay.Input].
func (r *Relay) Resync(_ time.Time, _ *protocol.Reader, frame []byte) error { return r.pass(frame) }

func (r *Relay) pass(frame []byte) error {
	s := r.sock.Load()
	if s == nil {
		r.cfg.Counters.drop(DropOffline)
		return nil
	}
	switch r.say(s, frame) {
	case nil:
		r.cfg.Counters.Frames.Add(1)
	case errOver:
		r.cfg.Counters.drop(DropOffline)
	}
	return nil
}

// say has a frame written to the other node, if it can be. It does not block. A connection that has no room for one is lost. Errors: errFull, which is counted; errOver.
func (r *Relay) say(s *socket, frame []byte) error {
	err := s.out.put(frame, false)
	if err == errFull {
		r.cfg.Counters.drop(DropFull)
		s.end(err)
	}
	return err
}

// Close ends the connection, and with bye the session on the other node too: nobody comes back to it. It does not block. Serve returns: with bye when what waits
// was written, within twice Config.WriteTimeout.
func (r *Relay) Close(bye bool) {
	s := r.sock.Load()
	if s == nil {
		return
	}
	if !bye || s.out.put(byeFrame, true) == errFull {
		s.end(context.Canceled)
	}
}

var byeFrame = protocol.MustEncode(protocol.Bye{Kind: protocol.KindBye})

// Connected reports whether there is a connection that was welcomed.
func (r *Relay) Connected() bool { return r.sock.Load() != nil }

// Still is for how long no snapshot has come over the connection: none does while the player is away, and none from a node that is not sure to have the
// match any more. Such a node may not know that another one has it.
func (r *Relay) Still() time.Duration { return time.Since(time.Unix(0, r.shown.Load())) }

// present is the player's connection and what it is to get.
func (r *Relay) present() (link Link, entered bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.link, r.entered
}
