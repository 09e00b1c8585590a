package recording

import (
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Tick is one tick of a recording.
type Tick struct {
	match.TickRecord
	Hash uint32 // of the world, as docs/PROTOCOL.md section 7 has it; 0 when the game broke
}

// A tick is the record
//
//	[65, tick, [act, ...], [event, ...], hash, state]
//
// with the last two nil when the game broke in it, and
//
//	act:   [kind, seat, ...]: join has user, name, away; configure a map of settings; input its age, how many ticks before this
//	                          one the world was that its player saw (nil: not known), and a quantum for each field unless they are those of the
//	                          seat's last input in the segment
//	event: [seat, name, payload]: 0 for everyone; payload is binary or nil
//	state: a snapshot body in codec "packed": a keyframe for the first tick of a segment, then a delta from the tick before

// tickCoder is what both sides know of the ticks before in the same segment.
type tickCoder struct {
	schema protocol.Schema
	inputs protocol.Fields
	last   [match.MaxSeats + 1][]int32 // quanta of each seat's last input; empty: none yet
}

func (k *tickCoder) reset() {
	for i := range k.last {
		k.last[i] = k.last[i][:0]
	}
}
