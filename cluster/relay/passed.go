package relay

import (
	"bytes"
	"reflect"

	"github.com/deltatick/deltatick/protocol"
)

// Passed knows which events of a match a player has had, so that those that are told again after a takeover do not come twice. A match that is
// resumed from a checkpoint makes its last ticks again, and with them their events, the same ones in the same order; what it makes of later ticks may
// differ from what its former owner made of them, and is news even where that told something in the same tick. So an event is one that was had
// if the former owner told the same thing in the same place of the same tick.
// Two events that were told in one place and say the same are one to a player, whoever told them.
//
// The zero value is ready. It belongs to one goroutine.
type Passed struct {
	epoch uint32
	tick  uint32 // of the newest event under this epoch
	order uint32 // its place among those of the tick
	until uint32 // newest tick of which something was told under an earlier epoch
	had   []had  // the oldest first
	bytes int    // of what they say

	before struct{ tick, order uint32 } // the newest event
	added  bool                         // that is the newest of had
}

type had struct {
	tick, order uint32
	epoch       uint32
	name        string
	payload     []byte
}

// How far back an event may be told again: ticks, events, and bytes of what they say.
const (
	passedTicks  = 600 // 10 s at 60 Hz; a checkpoint is half a second old, or a few when the store was away
	passedEvents = 512
	passedBytes  = 64 << 10
)

// Begin says under what epoch the events are told that follow.
func (p *Passed) Begin(epoch uint32) {
	if epoch == p.epoch {
		return
	}
	p.until = max(p.until, p.tick)
	p.epoch, p.tick, p.order = epoch, 0, 0
}

// News reports whether the player has not had an event, and remembers it; payload must not be changed afterwards. Events of one epoch come in the
// order of their ticks.
func (p *Passed) News(name string, payload []byte, tick uint32) bool {
	p.before.tick, p.before.order, p.added = p.tick, p.order, false
	if tick == p.tick {
		p.order++
	} else {
		p.tick, p.order = tick, 0
	}
	e := had{tick, p.order, p.epoch, name, payload}
	again := tick <= p.until
	for i := range p.had {
		if !again {
			break
		}
		if h := &p.had[i]; h.epoch != e.epoch && h.tick == e.tick && h.order == e.order && e.says(h) {
			h.epoch = e.epoch
			return false
		}
	}
	if again && (len(p.had) >= passedEvents || p.bytes+len(payload) > passedBytes) {
		return true // what is remembered is what comes next
	}
	for len(p.had) > 0 && (len(p.had) >= passedEvents || p.bytes+len(payload) > passedBytes || p.had[0].tick+passedTicks < tick) {
		p.bytes -= len(p.had[0].payload)
		p.had[0] = had{}
		p.had = p.had[1:]
	}
	p.had, p.added = append(p.had, e), true
	p.bytes += len(payload)
	return true
}

// Untold takes the newest event, which was news, back: the player has not had it, and it will be told again.
func (p *Passed) Untold() {
	p.tick, p.order = p.before.tick, p.before.order
	if p.added {
		newest := len(p.had) - 1
		p.bytes -= len(p.had[newest].payload)
		p.had[newest] = had{}
		p.had, p.added = p.had[:newest], false
	}
}

// says reports whether two events say the same. A map that a game tells may be encoded in any order.
func (h *had) says(other *had) bool {
	if h.name != other.name || len(h.payload) != len(other.payload) {
		return false
	}
	if bytes.Equal(h.payload, other.payload) {
		return true
	}
	var one, two any
	return protocol.Decode(protocol.OrNil(h.payload), &one) == nil && protocol.Decode(protocol.OrNil(other.payload), &two) == nil &&
		reflect.DeepEqual(one, two)
}
