package session

import (
	"math"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// watch starts the watchdog, which ends the connection unless a hello comes within a time.
func (c *conn) watch(hello time.Duration) {
	// In two steps, because the callback reads the field.
	c.watchdog = time.AfterFunc(math.MaxInt64, c.check)
	c.watchdog.Reset(hello)
}

// check is the watchdog's callback: first it waits for the hello, then for signs of life. Those are whole
// messages and control frames; a message that trickles in byte by byte is none before its end.
func (c *conn) check() {
	if c.over() {
		return
	}
	if !c.greeted.Load() {
		c.end(protocol.CloseNoHello)
		return
	}
	limit := c.hub.cfg.SilentTimeout
	patience := limit / 3
	quiet := c.hub.cfg.Now().Sub(c.began) - time.Duration(c.heard.Load())
	switch {
	case quiet >= limit:
		c.end(protocol.CloseSilent)
	case quiet >= patience:
		if c.out.pingSoon() {
			go c.write()
		}
		c.watchdog.Reset(min(patience, limit-quiet))
	default:
		c.watchdog.Reset(patience - quiet)
	}
}
