package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// conn is one connection, from its first byte to its last.
type conn struct {
	hub       *Hub
	transport Transport
	prompt    Prompt    // the same; nil: its writes may wait
	attentive attentive // the same; nil: it has nothing but Read
	out       outgoing
	began     time.Time
	write     func()        // writeAll; made once: a new one for each goroutine would be garbage
	written   chan struct{} // closed when nothing is written any more

	// The holder of the pen; see outgoing.
	pen pen

	downloads *downloads // of the session; written before bulk is called for the first time, then read by the writing goroutine

	// Any goroutine.
	cause   atomic.Pointer[cause] // why it is over; nil until then, and the first one stays
	heard   atomic.Int64          // last sign of life, as the time since began
	greeted atomic.Bool           // hello was read
	fenced  atomic.Bool           // another connection has its session

	// unneeded ends the authenticator's call that is on; nil: none is.
	unneeded atomic.Pointer[context.CancelFunc]

	// The reading goroutine.
	watchdog    *time.Timer // its callback, which sets it again, is the exception
	reader      *protocol.Reader
	control     gate
	session     *Session // nil until hello was taken
	dropped     atomic.Uint64
	confirmed   bool // a frame has come after hello
	noticed     [noticeCodes]time.Time
	heavy       bool            // the frame in hand is above the limit of bytes
	unreachable bool            // Read has failed for good
	generation  uint32          // of the token in its welcome
	ctx         context.Context // of the authenticator's calls
	codec       string          // of snapshot bodies, as agreed at hello; written before the session has the connection, then read by all
}

// cause is why a connection is over.
type cause struct {
	code protocol.CloseCode // for the close frame; 0: the socket broke
	err  error
}

func newConn(h *Hub, t Transport) *conn {
	c := &conn{
		hub: h, transport: t, out: outgoing{maxFrames: h.cfg.QueueFrames, maxBytes: h.cfg.QueueBytes}, began: h.cfg.Now(),
		written: make(chan struct{}), reader: protocol.NewReader(), control: newGate(h.cfg.Signals),
	}
	c.prompt, _ = t.(Prompt)
	c.attentive, _ = t.(attentive)
	c.write = c.writeAll
	return c
}

// serve is the reading goroutine, from the hello to the end of an admitted connection. ctx is for the authenticator. The error is as
// that of [Hub.Serve].
func (c *conn) serve(ctx context.Context) error {
	defer c.hub.dismiss(c)
	c.transport.SetLimit(protocol.MaxHelloFrame)
	c.transport.OnControl(c.onControl)
	c.watch(c.hub.cfg.HelloTimeout)
	c.ctx = ctx
	if s, resumed, err := c.hello(); err != nil {
		c.endWith("hello", err)
	} else {
		c.live(s, resumed)
	}
	c.leave()
	err := c.cause.Load().err
	c.log().Debug("connection over", "why", err)
	return err
}

// log is for the reading goroutine.
func (c *conn) log() *slog.Logger {
	if c.session == nil {
		return c.hub.log
	}
	return c.hub.log.With("session", c.session.ID())
}

// settle says why the connection is over, if nobody has yet.
func (c *conn) settle(why *cause) (first bool) {
	if !c.cause.CompareAndSwap(nil, why) {
		return false
	}
	if cancel := c.unneeded.Load(); cancel != nil {
		(*cancel)()
	}
	return true
}

// end closes the connection with a code. It never blocks, and the first call for a connection counts.
func (c *conn) end(code protocol.CloseCode) {
	if !c.settle(&cause{code, &protocol.Closed{Code: code, Text: code.Text()}}) {
		return
	}
	c.hub.cfg.Counters.closed(code)
	c.stopWriting(worthFlushing(code))
	time.AfterFunc(c.hub.cfg.CloseTimeout, func() { _ = c.transport.Close() })
}

// worthFlushing says whether what is queued should leave before the close frame. Not so when the peer does not read, or reads another
// connection that gets the same events.
func worthFlushing(code protocol.CloseCode) bool {
	return code != protocol.CloseSlow && code != protocol.CloseSilent && code != protocol.CloseDisplaced
}

// stopWriting has the writing goroutine finish.
func (c *conn) stopWriting(flush bool) {
	if c.out.finish(flush) {
		go c.write()
	}
}

// lose notes that the socket is broken or closed.
func (c *conn) lose(err error) {
	if c.settle(&cause{0, err}) {
		c.hub.cfg.Counters.Lost.Add(1)
	}
	c.stopWriting(false)
	_ = c.transport.Close()
}

// part ends a connection that the peer has ended, and that is owed a close frame.
func (c *conn) part(f *Farewell, err error) {
	if !c.settle(&cause{f.Code, err}) {
		return
	}
	c.hub.cfg.Counters.Lost.Add(1)
	c.stopWriting(false)
	time.AfterFunc(c.hub.cfg.CloseTimeout, func() { _ = c.transport.Close() })
}

// endWith ends the connection for an error that the reading goroutine has met while it was doing something: with the code in it, with
// the code that it stands for, as lost when it is about the socket, and otherwise as a fault of the server.
func (c *conn) endWith(during string, err error) {
	var closed *protocol.Closed
	var farewell *Farewell
	switch {
	case errors.As(err, &closed):
		c.end(closed.Code)
	case errors.As(err, &farewell):
		c.part(farewell, fmt.Errorf("%s: %w", during, err))
	case errors.Is(err, protocol.ErrFlooding):
		c.end(protocol.CloseFlooding)
	case errors.Is(err, protocol.ErrMalformed), errors.Is(err, ErrText):
		c.end(protocol.CloseMalformed)
	case errors.Is(err, ErrTooBig):
		c.end(protocol.CloseTooBig)
	case c.unreachable && !isPanic(err):
		c.lose(fmt.Errorf("%s: %w", during, err))
	default:
		c.end(protocol.CloseInternal)
		c.hub.fault(c.session, during, err)
	}
}

func (c *conn) over() bool { return c.cause.Load() != nil }

// live is the connection's life as a session's.
func (c *conn) live(s *Session, resumed bool) {
	c.session = s
	c.log().Debug("connected", "user", s.User(), "resumed", resumed)
	if err := s.connected(c, resumed); err != nil {
		c.endWith("connected", err)
	}
	c.readAll()
	s.disconnected(c)
}

// readAll takes frames until the connection is over.
func (c *conn) readAll() {
	var broken error
	next := func() (playing bool) {
		frame, err := c.read()
		if broken = err; err != nil {
			return false // and told outside of Attend, since that may close the transport
		}
		c.receive(frame)
		return !c.over() && c.session.present() != nil
	}
	for broken == nil && !c.over() {
		if next() && c.attentive != nil {
			c.attentive.Attend(next)
		}
	}
	if broken != nil {
		c.endWith("read", broken)
	}
}

func (c *conn) receive(frame []byte) {
	at := c.hub.cfg.Now()
	c.hub.cfg.Counters.In[KindSlot(kindOf(frame))].add(len(frame))
	if c.over() {
		c.drop(DropLate)
		return
	}
	c.heard.Store(int64(at.Sub(c.began)))
	c.handle(at, frame)
}

// read is Transport.Read that remembers whether there is any use in calling it again. A panic of it, which hostile bytes may find a way
// to, costs this connection and no other.
func (c *conn) read() (frame []byte, err error) {
	defer func() { c.unreachable = err != nil && !errors.Is(err, ErrTooBig) && !errors.Is(err, ErrText) }()
	defer c.hub.contain(&err)
	return c.transport.Read()
}

// onControl is called by Read for signs of life that are not messages.
func (c *conn) onControl(ping bool, data string) error {
	at := c.hub.cfg.Now()
	c.heard.Store(int64(at.Sub(c.began)))
	if err := c.control.ask(at); err != nil {
		c.drop(DropSignalRate)
		if errors.Is(err, protocol.ErrFlooding) {
			return refuse(protocol.CloseFlooding)
		}
		return nil // and no answer
	}
	if ping && c.out.pongSoon(data) {
		go c.write()
	}
	return nil
}

// leave waits until the close frame is out and the peer has closed its side, or the time for that is up, and lets the socket go.
func (c *conn) leave() {
	for !c.unreachable {
		if frame, err := c.read(); err == nil {
			c.hub.cfg.Counters.In[KindSlot(kindOf(frame))].add(len(frame))
			c.drop(DropLate)
		}
	}
	<-c.written
	_ = c.transport.Close()
	c.watchdog.Stop()
	frames, snapshot := c.out.left()
	c.hub.cfg.Counters.drop(DropQueued, frames)
	if snapshot {
		c.drop(DropSnapshot)
	}
}

func (c *conn) drop(d Drop) {
	c.hub.cfg.Counters.drop(d, 1)
	c.dropped.Add(1)
}

// refuse is the error that closes a connection with a code.
func refuse(code protocol.CloseCode) error { return &protocol.Closed{Code: code, Text: code.Text()} }
