package match

import "github.com/deltatick/deltatick/protocol"

// shot is a snapshot that seats have been sent or are about to be: the world itself, or what a view or a budget left of it. It is
// counted who holds it, and its memory is used again when nobody does.
type shot struct {
	snap   *protocol.Snapshot
	tick   uint32 // of the snapshot; the world's memory is used for another tick when the ring has gone round
	world  bool   // snap lies in the match's ring and is not ours
	refs   int
	hash   uint32
	hashed bool
}

// stale reports whether the shot is too old to be a baseline at a tick.
func (s *shot) stale(tick uint32) bool { return tick-s.tick >= protocol.RingTicks }

func (s *shot) hashOf(schema protocol.Schema) uint32 {
	if !s.hashed {
		s.hash, s.hashed = protocol.Hash(s.snap, schema), true
	}
	return s.hash
}

// shots makes shots, out of those that nobody holds any more where there are some.
type shots struct {
	schema protocol.Schema
	worlds []*shot
	others []*shot
}

// ofWorld is a shot of the world, held once.
func (p *shots) ofWorld(snap *protocol.Snapshot) *shot {
	s := pop(&p.worlds)
	if s == nil {
		s = &shot{world: true}
	}
	s.snap, s.tick, s.refs, s.hashed = snap, snap.Tick, 1, false
	return s
}

// empty is a shot for a tick with a snapshot in memory of its own, held once.
func (p *shots) empty(tick uint32) *shot {
	s := pop(&p.others)
	if s == nil {
		s = &shot{snap: protocol.NewSnapshot(p.schema)}
	}
	s.snap.Reset(tick)
	s.tick, s.refs, s.hashed = tick, 1, false
	return s
}

// release gives one hold up. A nil shot is nobody's.
func (p *shots) release(s *shot) {
	if s == nil {
		return
	}
	if s.refs--; s.refs > 0 {
		return
	}
	if s.world {
		p.worlds = append(p.worlds, s)
	} else {
		p.others = append(p.others, s)
	}
}

// pop takes the last of a list of things to be used again, or returns nil.
func pop[T any](list *[]*T) *T {
	n := len(*list)
	if n == 0 {
		return nil
	}
	last := (*list)[n-1]
	*list = (*list)[:n-1]
	return last
}
