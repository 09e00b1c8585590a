package session

import (
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

// maxSpare is the most memory that an empty snapshot buffer may keep, so that one large keyframe is not paid for for ever.
const maxSpare = 64 << 10

// writeAll is the writing goroutine. It returns after the close frame, or when a write has failed.
func (c *conn) writeAll() {
	defer close(c.written)
	var spare []byte // the snapshot buffer that is not in c.out
	for {
		var err error
		do, frame := c.out.next(spare)
		switch do {
		case actWait:
			<-c.out.wake
			continue
		case actFrame:
			err = c.write(kindOf(frame), frame)
		case actSnapshot:
			err = c.write(protocol.KindSnapshot, frame)
			if spare = frame; cap(spare) > maxSpare {
				spare = nil
			}
		case actPing:
			err = c.transport.Ping(c.hub.cfg.WriteTimeout)
		case actClose:
			c.sayClose()
			return
		}
		if err != nil {
			c.lose(fmt.Errorf("write: %w", err))
			return
		}
	}
}

func (c *conn) write(kind protocol.Kind, frame []byte) error {
	if err := c.transport.Write(frame, c.hub.cfg.WriteTimeout); err != nil {
		return err
	}
	c.hub.cfg.Counters.Out[KindSlot(kind)].add(len(frame))
	return nil
}

// sayClose tries to tell the peer why. Whether that works makes no difference any more: the socket is closed next.
func (c *conn) sayClose() {
	if cause := c.cause.Load(); cause.code != 0 {
		_ = c.transport.WriteClose(cause.code, c.hub.cfg.CloseTimeout)
	}
}
