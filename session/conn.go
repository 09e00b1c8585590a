package session

import (
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
	out       *outgoing
	began     time.Time
	written   chan struct{} // closed when the writing goroutine has returned

	// Any goroutine.
	cause   atomic.Pointer[cause] // why it is over; nil until then, and the first one stays
	heard   atomic.Int64          // last sign of life, as the time since began
	greeted atomic.Bool           // hello was read
	fenced  atomic.Bool           // another connection has its session

	// The reading goroutine.
	watchdog    *time.Timer // its callback, which sets it again, is the exception
	reader      *protocol.Reader
	control     gate
	session     *Session // nil until hello was taken
	confirmed   bool     // a frame has come after hello
	noticed     [noticeCodes]time.Time
	unreachable bool   // Read has failed for good
	generation  uint32 // of the token in its welcome
	codec       string // of snapshot bodies, as agreed at hello; written before the session has the connection, then read by all
}

// cause is why a connection is over.
type cause struct {
	code protocol.CloseCode // 0: the socket broke, or the peer closed it
	err  error
}

func newConn(h *Hub, t Transport) *conn {
	return &conn{
		hub: h, transport: t, out: newOutgoing(h.cfg.QueueFrames, h.cfg.QueueBytes), began: h.cfg.Now(),
		written: make(chan struct{}), reader: protocol.NewReader(), control: newGate(h.cfg.Signals),
	}
}

// log is for the reading goroutine.
func (c *conn) log() *slog.Logger {
	if c.session == nil {
		return c.hub.log
	}
	return c.hub.log.With("session", c.session.ID())
}

// end closes the connection with a code. It never blocks, and the first call for a connection counts.
func (c *conn) end(code protocol.CloseCode) {
	why := &cause{code, &protocol.Closed{Code: code, Text: code.Text()}}
	if !c.cause.CompareAndSwap(nil, why) {
		return
	}
	c.hub.cfg.Counters.closed(code)
	c.out.finish(worthFlushing(code))
	time.AfterFunc(c.hub.cfg.CloseTimeout, func() { _ = c.transport.Close() })
}

// worthFlushing says whether what is queued should leave before the close frame. Not so when the peer does not read, or reads another
// connection that gets the same events.
func worthFlushing(code protocol.CloseCode) bool {
	return code != protocol.CloseSlow && code != protocol.CloseSilent && code != protocol.CloseDisplaced
}

// lose notes that the socket is broken or closed.
func (c *conn) lose(err error) {
	if c.cause.CompareAndSwap(nil, &cause{0, err}) {
		c.hub.cfg.Counters.Lost.Add(1)
	}
	c.out.finish(false)
	_ = c.transport.Close()
}

// endWith ends the connection for an error that the reading goroutine has met while it was doing something: with the code in it, with
// the code that it stands for, as lost when it is about the socket, and otherwise as a fault of the server.
func (c *conn) endWith(during string, err error) {
	var closed *protocol.Closed
	switch {
	case errors.As(err, &closed):
		c.end(closed.Code)
	case errors.Is(err, protocol.ErrFlooding):
		c.end(protocol.CloseFlooding)
	case errors.Is(err, protocol.ErrMalformed), errors.Is(err, ErrText):
		c.end(protocol.CloseMalformed)
	case errors.Is(err, ErrTooBig):
		c.end(protocol.CloseTooBig)
	case c.unreachable:
		c.lose(fmt.Errorf("%s: %w", during, err))
	default:
		c.end(protocol.CloseInternal)
		c.hub.fault(c.session, during, err)
	}
}

func (c *conn) over() bool { return c.cause.Load() != nil }

// push queues a frame, and ends the connection when there is no room for it.
func (c *conn) push(frame []byte, from *Link) bool {
	switch c.out.push(frame, from) {
	case taken:
		return true
	case overflow:
		c.end(protocol.CloseSlow)
	}
	return false
}

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
	for !c.over() {
		frame, err := c.read()
		if err != nil {
			c.endWith("read", err)
			return
		}
		at := c.hub.cfg.Now()
		c.hub.cfg.Counters.In[KindSlot(kindOf(frame))].add(len(frame))
		if c.over() {
			c.drop(DropLate)
			return
		}
		c.heard.Store(int64(at.Sub(c.began)))
		c.handle(at, frame)
	}
}

// read is Transport.Read that remembers whether there is any use in calling it again.
func (c *conn) read() ([]byte, error) {
	frame, err := c.transport.Read()
	c.unreachable = err != nil && !errors.Is(err, ErrTooBig) && !errors.Is(err, ErrText)
	return frame, err
}

// onControl is called by Read for signs of life that are not messages.
func (c *conn) onControl() error {
	at := c.hub.cfg.Now()
	c.heard.Store(int64(at.Sub(c.began)))
	err := c.control.ask(at)
	if err != nil {
		c.drop(DropSignalRate)
	}
	if errors.Is(err, protocol.ErrFlooding) {
		return refuse(protocol.CloseFlooding)
	}
	return err
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

func (c *conn) drop(d Drop) { c.hub.cfg.Counters.drop(d, 1) }

// refuse is the error that closes a connection with a code.
func refuse(code protocol.CloseCode) error { return &protocol.Closed{Code: code, Text: code.Text()} }
