package invariant

import client "github.com/deltatick/deltatick/client-go"

// Stream is the snapshots of one session. What is promised of them is in docs/PROTOCOL.md, section 5: ticks grow, every delta is measured from
// the snapshot sent before it on its connection, the first of a connection is a keyframe, and epochs do not go back. Not every tick need
// be there. It belongs to one goroutine.
type Stream struct {
	ledger *Ledger
	bot    int
	epoch  uint32
	tick   uint32 // of the newest snapshot of the present room; 0 before the first
}

// NewStream is for a session of a bot.
func NewStream(l *Ledger, bot int) *Stream { return &Stream{ledger: l, bot: bot} }

// Enter notes a room.
func (s *Stream) Enter(room *client.Room) {
	s.ledger.Check(Ticks, room.Epoch >= s.epoch, "bot %d: epoch %d after epoch %d", s.bot, room.Epoch, s.epoch)
	s.epoch, s.tick = max(s.epoch, room.Epoch), 0
}

// Snapshot looks at a view that the client has made of a snapshot, and at its hash, which the client has found to be equal.
func (s *Stream) Snapshot(v *client.View) {
	s.ledger.Check(Ticks, v.Tick > s.tick && (v.Head.Base == 0 || v.Head.Base == s.tick),
		"bot %d: snapshot %d, measured from %d, after snapshot %d", s.bot, v.Tick, v.Head.Base, s.tick)
	s.tick = v.Tick
	if v.Head.HasHash {
		s.ledger.Add(Hash, 1, 0, "")
	}
}
