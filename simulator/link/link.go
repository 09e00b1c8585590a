package link

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Link is the network in front of one client, over which it may connect more than once. Outages are the link's: a new connection meets the
// schedule where the old one left it. Everything else is drawn for each connection, from the link's seed and the connection's number.
type Link struct {
	profile Profile
	seed    uint64
	began   time.Time
	phase   time.Duration
	dialed  atomic.Uint64

	mu   sync.Mutex
	open map[*Conn]bool
}

// New returns a link that begins now. The error names the field that is wrong.
func New(p Profile, seed uint64) (*Link, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	l := &Link{profile: p, seed: seed, began: time.Now(), open: map[*Conn]bool{}}
	if period := p.Flap.Up + p.Flap.Down; period > 0 {
		l.phase = time.Duration(rand.New(rand.NewPCG(seed, 0)).Int64N(int64(period)))
	}
	return l, nil
}

// Dialer makes connections, as a net.Dialer's DialContext does.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// Dial returns a dialer whose connections run over the link. A dial takes the round trip of TCP's handshake; one that meets an outage is
// tried again after 1 s, 2 s and so on (RFC 6298), until ctx ends.
func (l *Link) Dial(dial Dialer) Dialer {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		again := time.Second
		for (outage{l.profile.Flap, l.phase}).down(time.Since(l.began)) {
			if err := pause(ctx, again); err != nil {
				return nil, fmt.Errorf("network: the link is down: %w", err)
			}
			again *= 2
		}
		if err := pause(ctx, l.profile.RTT); err != nil {
			return nil, err
		}
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return l.Wrap(conn), nil
	}
}

// Close aborts the connections that are open, those included that were closed while the link was too bad for it to be told.
func (l *Link) Close() {
	l.mu.Lock()
	open := slices.Collect(maps.Keys(l.open))
	l.mu.Unlock()
	for _, c := range open {
		c.Abort()
	}
}

func (l *Link) remember(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[c] = true
}

func (l *Link) forget(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
}

// pause waits, or fails with why ctx ended.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
