package session

import (
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

// maxSpare is the most bytes that a buffer may keep when it is empty, a snapshot's or a pooled one, so that one large keyframe is not paid for for ever.
const maxSpare = 64 << 10

// maxDirect is the largest message that is written by whoever has it rather than by a goroutine for it: copying more than this to the
// kernel takes too long for a match with other seats to serve.
const maxDirect = 16 << 10

// pen is what the holder of a connection's pen owns; see outgoing.
type pen struct {
	spare      []byte // the snapshot buffer that is not in outgoing
	unfinished int    // bytes of the payload that TryWrite has begun with; 0: none
	kind       protocol.Kind
	err        error // of TryWrite
}

// push queues a frame, and ends the connection when there is no room for it. It is written by a goroutine of its own.
func (c *conn) push(frame []byte, from *Link) bool {
	return c.put(c.out.push(frame, from, false), 0, frame, nil)
}

// answer is push for the reading goroutine, which writes the frame itself if nobody else is writing and the socket takes it at once.
func (c *conn) answer(frame []byte) {
	now := c.prompt != nil && len(frame) <= maxDirect
	c.put(c.out.push(frame, nil, now), kindOf(frame), frame, nil)
}

// offer is answer for a match's snapshot.
func (c *conn) offer(from *Link, head, body []byte) bool {
	now := c.prompt != nil && len(head)+len(body) <= maxDirect
	return c.put(c.out.offer(from, head, body, now), protocol.KindSnapshot, head, body)
}

// put does what a verdict on a frame asks for, and reports whether the frame was taken.
func (c *conn) put(v verdict, kind protocol.Kind, head, body []byte) bool {
	switch v {
	case refused:
		return false
	case overflow:
		c.end(protocol.CloseSlow)
		return false
	case start:
		go c.write()
	case direct:
		c.writeDirectly(kind, head, body)
	}
	return true
}

// writeDirectly gives a frame to the socket without waiting, and what it does not take, or any error, to the writing goroutine. Whoever
// calls it, a match above all, is held up by neither.
func (c *conn) writeDirectly(kind protocol.Kind, head, body []byte) {
	all, err := c.prompt.TryWrite(head, body)
	n := len(head) + len(body)
	if all {
		c.hub.cfg.Counters.Out[KindSlot(kind)].add(n)
		if !c.out.release() {
			return
		}
	} else {
		c.pen.kind, c.pen.unfinished, c.pen.err = kind, n, err
	}
	go c.write()
}

// writeAll is the writing goroutine, which whoever has got the pen may start, by way of c.write. It returns when nothing is left to
// write; after the close frame, or when a write has failed, it is the last one.
func (c *conn) writeAll() {
	if err := c.finishDirect(); err != nil {
		c.writeFailed(err)
		return
	}
	for {
		var err error
		do, frame := c.out.next(c.pen.spare)
		switch do {
		case actNothing:
			return
		case actFrame:
			err = c.writeFrame(kindOf(frame), frame)
		case actSnapshot:
			err = c.writeFrame(protocol.KindSnapshot, frame)
			if c.pen.spare = frame; cap(frame) > maxSpare {
				c.pen.spare = nil
			}
		case actPing:
			err = c.transport.Ping(c.hub.cfg.WriteTimeout)
		case actPong:
			err = c.transport.Pong(string(frame), c.hub.cfg.WriteTimeout)
		case actBulk:
			err = c.writeBulk()
		case actClose:
			c.sayClose()
			close(c.written)
			return
		}
		if err != nil {
			c.writeFailed(err)
			return
		}
	}
}

// finishDirect sees to what writeDirectly has left.
func (c *conn) finishDirect() error {
	n := c.pen.unfinished
	if n == 0 {
		return nil
	}
	c.pen.unfinished = 0
	if c.pen.err != nil {
		return c.pen.err
	}
	if err := c.prompt.Finish(c.hub.cfg.WriteTimeout); err != nil {
		return err
	}
	c.hub.cfg.Counters.Out[KindSlot(c.pen.kind)].add(n)
	return nil
}

func (c *conn) writeFrame(kind protocol.Kind, frame []byte) error {
	if err := c.transport.Write(frame, c.hub.cfg.WriteTimeout); err != nil {
		return err
	}
	c.hub.cfg.Counters.Out[KindSlot(kind)].add(len(frame))
	return nil
}

// bulk has the writing goroutine ask for a frame of a download.
func (c *conn) bulk() {
	if c.out.bulkSoon() {
		go c.write()
	}
}

// writeBulk writes one frame of a download, if there is one, so that whatever else comes meanwhile is next.
func (c *conn) writeBulk() error {
	frame := c.downloads.next(c)
	if frame == nil {
		return nil
	}
	c.out.bulkSoon() // there may be another one; the pen is held
	return c.writeFrame(kindOf(frame), frame)
}

// writeFailed keeps the pen, so that nobody tries again.
func (c *conn) writeFailed(err error) {
	c.lose(fmt.Errorf("write: %w", err))
	close(c.written)
}

// sayClose tries to tell the peer why. Whether that works makes no difference any more: the socket is closed next.
func (c *conn) sayClose() {
	if cause := c.cause.Load(); cause.code != 0 {
		_ = c.transport.WriteClose(cause.code, c.hub.cfg.CloseTimeout)
	}
}
