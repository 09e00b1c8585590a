package link

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// ErrCut is what a connection gives that its link has cut.
var ErrCut = errors.New("network: the connection was cut")

// Conn is a connection over a link: what is written reaches the other end, and what that writes is read, when the link has carried it. As with
// a socket, what was written before Close still arrives, without the writer waiting for it.
type Conn struct {
	link     *Link
	inner    net.Conn
	up, down *pipe
	cut      *time.Timer // nil: never
	once     sync.Once
	gone     atomic.Bool   // closed here
	carrying atomic.Int32  // goroutines
	over     chan struct{} // closed when there are none left
}

// Wrap puts a link under the client's end of a connection, which is the Conn's from then on. It starts two goroutines, which end with
// Close.
func (l *Link) Wrap(inner net.Conn) *Conn {
	if tcp, ok := inner.(*net.TCPConn); ok {
		// The kernel's buffers are more than the link is said to hold. A failure leaves them as they are.
		_ = tcp.SetReadBuffer(kernelBuffer)
		_ = tcp.SetWriteBuffer(kernelBuffer)
	}
	n := l.dialed.Add(1)
	way := func(kbps int, stream uint64) *Direction {
		return NewDirection(l.profile, kbps, l.phase, l.seed, 4*n+stream)
	}
	c := &Conn{link: l, inner: inner, over: make(chan struct{})}
	up, down := way(l.profile.UpKbps, 1), way(l.profile.DownKbps, 2)
	c.doom(l, up, down, rand.New(rand.NewPCG(l.seed, 4*n+3)))
	c.up, c.down = newPipe(up, l.began), newPipe(down, l.began)
	if l.profile.Cut > 0 {
		rng := rand.New(rand.NewPCG(l.seed, 4*n))
		victim := c.up
		if rng.IntN(2) == 0 {
			victim = c.down
		}
		c.cut = time.AfterFunc(lifetime(rng, l.profile.Cut), victim.sever)
	}
	l.remember(c)
	c.carrying.Store(2)
	go c.carryUp()
	go c.carryDown()
	return c
}

// kernelBuffer is what is asked for below the model, in bytes.
const kernelBuffer = 16 << 10

// doom decides when a direction dies, if one does.
func (c *Conn) doom(l *Link, up, down *Direction, rng *rand.Rand) {
	if l.profile.Mute == 0 {
		return
	}
	victim := up
	if rng.IntN(2) == 0 {
		victim = down
	}
	victim.Die(time.Since(l.began) + lifetime(rng, l.profile.Mute))
}

// lifetime draws one of a mean.
func lifetime(rng *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(rng.ExpFloat64() * float64(mean))
}

// carryUp brings to the other end what has arrived there.
func (c *Conn) carryUp() {
	defer c.ended()
	buf := make([]byte, SegmentBytes)
	for {
		n, err := c.up.take(buf)
		if n > 0 {
			if _, wrote := c.inner.Write(buf[:n]); wrote != nil {
				err = wrote
			}
		}
		if err != nil {
			c.up.fail(err)
			if errors.Is(err, ErrCut) {
				c.down.fail(err)
			}
			_ = c.inner.Close() // ends carryDown
			return
		}
	}
}

// carryDown lets what the other end writes arrive here. Its end arrives behind it.
func (c *Conn) carryDown() {
	defer c.ended()
	buf := make([]byte, SegmentBytes)
	for {
		n, err := c.inner.Read(buf)
		if n > 0 {
			_, _ = c.down.put(buf[:n]) // fails when nobody reads any more; then what comes is dropped, until it ends
		}
		if err != nil {
			c.down.finish(err)
			c.up.abandon()
			if c.gone.Load() {
				c.up.fail(err)
			}
			return
		}
	}
}

// ended is the end of one of the two.
func (c *Conn) ended() {
	if c.carrying.Add(-1) == 0 {
		c.link.forget(c)
		close(c.over)
	}
}

// Read gives what has arrived.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.down.take(b)
	if errors.Is(err, ErrCut) {
		c.up.fail(err)
	}
	return n, err
}

// Write sends. It blocks while the link's queue, or the window of what is under way, is full.
func (c *Conn) Write(b []byte) (int, error) { return c.up.put(b) }

// Close ends the connection; what was written before still arrives.
func (c *Conn) Close() error {
	c.once.Do(func() {
		if c.cut != nil {
			c.cut.Stop()
		}
		c.gone.Store(true)
		c.up.finish(net.ErrClosed)
		c.down.fail(net.ErrClosed)
	})
	return nil
}

// Abort ends the connection at once, and waits until it is over; what is under way is lost.
func (c *Conn) Abort() {
	_ = c.Close()
	c.up.fail(net.ErrClosed)
	_ = c.inner.Close()
	<-c.over
}

// LocalAddr is the inner connection's.
func (c *Conn) LocalAddr() net.Addr { return c.inner.LocalAddr() }

// RemoteAddr is the inner connection's.
func (c *Conn) RemoteAddr() net.Addr { return c.inner.RemoteAddr() }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	c.down.takeBy.set(t)
	c.up.putBy.set(t)
	return nil
}

// SetReadDeadline ends reads at a time.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.down.takeBy.set(t)
	return nil
}

// SetWriteDeadline ends writes at a time.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.up.putBy.set(t)
	return nil
}
