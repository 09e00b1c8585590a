package client

import (
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// pinger sends pings on one link and measures the round trip by their pongs. A ping also tells the server up to where events
// were handled, and the first one confirms the resume token.
type pinger struct {
	mu   sync.Mutex
	time uint64    // newest ping's, 0 when its pong has come
	sent time.Time // when it was sent; the wire's milliseconds are too coarse for a fast link
}

// run pings every so many milliseconds until the link is gone.
func (p *pinger) run(c *Client, at *link, every uint32) {
	// A server that wants pings more rarely than half the link timeout would have us mistake its silence for a dead link.
	interval := min(max(time.Duration(every)*time.Millisecond, 100*time.Millisecond), c.cfg.LinkTimeout/2)
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if p.send(c, at) != nil {
			return // the reader tells
		}
		select {
		case <-at.gone:
			return
		case <-ticker.C:
		}
	}
}

func (p *pinger) send(c *Client, at *link) error {
	now := time.Now()
	seq := c.seq.Load()
	if at.direct {
		seq = 0 // no events come over it
	}
	p.mu.Lock()
	p.time, p.sent = uint64(now.UnixMilli()), now
	ping := protocol.Ping{Kind: protocol.KindPing, Time: p.time, Seq: seq}
	p.mu.Unlock()
	return at.sock.write(protocol.KindPing, protocol.MustEncode(&ping))
}

// heard takes a pong's echoed time and reports the round trip; an answer to an older ping tells nothing.
func (p *pinger) heard(echo uint64, now time.Time) (rtt time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if echo == 0 || echo != p.time {
		return 0, false
	}
	p.time = 0
	return now.Sub(p.sent), true
}
