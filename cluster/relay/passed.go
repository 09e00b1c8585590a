package relay

import "hash/maphash"

// Passed knows which events of a match a player has had, so that those that are told again after a takeover do not come twice. A match that is
// resumed from a checkpoint makes its last ticks again, and with them their events, the same ones in the same order; what it makes of later ticks may
// differ from what its former owner made of them, and is news even where that told something in the same tick. So an event is one that was had
// if the former owner told the same thing in the same place of the same tick.
//
// The zero value is ready. It belongs to one goroutine.
type Passed struct {
	seed  maphash.Seed
	epoch uint32
	tick  uint32 // of the newest event under this epoch
	order uint32 // its place among those of the tick
	until uint32 // newest tick of which something was told under an earlier epoch
	had   []had  // the oldest first
}

type had struct {
	tick, order uint32
	sum         uint64
	epoch       uint32
}

// How far back an event may be told again: ticks, and events.
const (
	passedTicks  = 1200 // 20 s at 60 Hz; a checkpoint is half a second old, or a few when the store was away
	passedEvents = 512
)

// Begin says under what epoch the events are told that follow.
func (p *Passed) Begin(epoch uint32) {
	if epoch == p.epoch {
		return
	}
	if p.epoch == 0 {
		p.seed = maphash.MakeSeed()
	}
	p.until = max(p.until, p.tick)
	p.epoch, p.tick, p.order = epoch, 0, 0
}

// News reports whether the player has not had an event, and remembers it. Events of one epoch come in the order of their ticks.
func (p *Passed) News(name string, payload []byte, tick uint32) bool {
	if p.epoch == 0 {
		p.Begin(1)
	}
	if tick == p.tick {
		p.order++
	} else {
		p.tick, p.order = tick, 0
	}
	e := had{tick, p.order, p.sum(name, payload), p.epoch}
	for i := range p.had {
		if tick > p.until {
			break
		}
		if h := &p.had[i]; h.epoch != e.epoch && h.tick == e.tick && h.order == e.order && h.sum == e.sum {
			h.epoch = e.epoch
			return false
		}
	}
	for len(p.had) > 0 && (len(p.had) >= passedEvents || p.had[0].tick+passedTicks < tick) {
		p.had = p.had[1:]
	}
	p.had = append(p.had, e)
	return true
}

func (p *Passed) sum(name string, payload []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(p.seed)
	_, _ = h.WriteString(name)
	_ = h.WriteByte(0)
	_, _ = h.Write(payload)
	return h.Sum64()
}
