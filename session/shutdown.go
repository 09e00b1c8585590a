package session

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Drain refuses new sessions from now on, with CloseGoingAway. Those there are go on, and may resume.
func (h *Hub) Drain() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draining = true
}

// Shutdown closes every connection with CloseGoingAway, or, where other hubs go on with its session, with CloseHandedOver, over ShutdownSpread so that not all
// clients come back at the same moment, waits until they are gone, keeps sessions for a while for other hubs that take them ([Config.HandOver]), and lets every
// other one expire. When ctx ends first, the sockets that are left are closed hard. It returns nil when nothing of the hub is running any more. Otherwise calls into the house are stuck, and the error says how many; sessions have
// not expired then. It must not be called from within a call into the house.
func (h *Hub) Shutdown(ctx context.Context) error {
	conns := h.close()
	for i, c := range conns {
		if !sleep(ctx, h.cfg.ShutdownSpread/time.Duration(len(conns)), i > 0) {
			break
		}
		c.end(h.farewell())
	}
	select {
	case <-h.empty:
	case <-ctx.Done():
		if err := h.abort(ctx, conns); err != nil {
			return err
		}
	}
	if h.cfg.Elsewhere != nil {
		h.awaitDepartures(ctx)
	}
	h.mu.Lock()
	sessions := slices.Collect(maps.Values(h.sessions))
	h.mu.Unlock()
	for _, s := range sessions {
		s.abandon()
	}
	return nil
}

// SendAway closes every connection with CloseHandedOver, and takes none until it is called with false. Sessions stay, for other hubs that take them ([Hub.GiveUp]) or for their
// clients to resume here later. It is for a hub that cannot serve anybody while others can, and does nothing where there are no others ([Config.Elsewhere]). It does not wait.
func (h *Hub) SendAway(away bool) {
	if h.cfg.Elsewhere == nil {
		return
	}
	h.mu.Lock()
	h.away = away
	conns := slices.Collect(maps.Keys(h.conns))
	h.mu.Unlock()
	if !away {
		return
	}
	for _, c := range conns {
		c.end(protocol.CloseHandedOver)
	}
}

// awaitDepartures waits until other hubs have taken all sessions, or HandOver has passed: clients that were told to come back do so at once, but for
// those that were away anyway.
func (h *Hub) awaitDepartures(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, h.cfg.HandOver)
	defer cancel()
	for h.Sessions() > 0 && sleep(ctx, 10*time.Millisecond, true) {
	}
}

// farewell is the code for those whom the hub does not serve any more: where there are other hubs, they go there at once. The spread sees to it that they
// do not all do so at the same moment.
func (h *Hub) farewell() protocol.CloseCode {
	if h.cfg.Elsewhere != nil {
		return protocol.CloseHandedOver
	}
	return protocol.CloseGoingAway
}

// close takes no connection any more and returns those that there are.
func (h *Hub) close() []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.draining, h.closed = true, true
		if len(h.conns) == 0 {
			close(h.empty)
		}
	}
	return slices.Collect(maps.Keys(h.conns))
}

// abort closes sockets hard and gives their goroutines the time to notice.
func (h *Hub) abort(ctx context.Context, conns []*conn) error {
	for _, c := range conns {
		c.end(h.farewell())
		_ = c.transport.Close()
	}
	patience := time.NewTimer(h.cfg.CloseTimeout)
	defer patience.Stop()
	select {
	case <-h.empty:
		return nil
	case <-patience.C:
		return fmt.Errorf("session: %d connections do not end: %w", h.Connections(), ctx.Err())
	}
}

// sleep waits, if it should, and reports whether ctx is still good.
func sleep(ctx context.Context, d time.Duration, should bool) bool {
	if !should || d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
