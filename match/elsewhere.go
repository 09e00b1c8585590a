package match

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
)

// leaving is what is known of a match that goes on elsewhere.
type leaving struct {
	now      bool // it does: the loop ends, and nobody is told that the match is over
	handOver bool // it will from the next checkpoint
	code     protocol.CloseCode
	stop     context.CancelFunc // ends the loop; nil before Run
}

// Abandon ends the loop at once, also while the gate is closed, because somebody else runs this match now. Nobody is told that it is over: seats
// only lose their connections, which are closed with a code, or merely let go if that is 0.
func (m *Match) Abandon(code protocol.CloseCode) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leaving.now, m.leaving.code = true, code
	if m.leaving.stop != nil {
		m.leaving.stop()
	}
}

// HandOver ends the match after its next tick as [Match.Abandon] does, and sends the state after it to a channel, which must have room for it, so that the
// match goes on from there elsewhere. It comes to nothing if the match is over before, and if the capture has an Err, because the
// game cannot be kept: then the match goes on here. Errors: ErrOver.
func (m *Match) HandOver(to chan<- Capture, code protocol.CloseCode) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over {
		return ErrOver
	}
	m.leaving.handOver, m.leaving.code = true, code
	m.wanted = append(m.wanted, to)
	return nil
}

// leave ends a match that is handed over, if it could be kept, and takes the wish back if it could not. A wish that came after this tick had begun is for the
// next one.
func (m *Match) leave(kept bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leaving.now = m.leaving.now || kept
	m.leaving.handOver = false
}

// postpone leaves those who want the state to the next tick.
func (m *Match) postpone(wanted []chan<- Capture) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wanted = append(wanted, m.wanted...)
}
