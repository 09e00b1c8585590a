package match

import (
	"iter"
	"math/rand/v2"
)

// Tick is the handle through which a game acts on its match. It is good only inside the call it was given to.
type Tick struct {
	core *core
}

// Number is the tick being made, from 1.
func (t *Tick) Number() uint32 { return t.core.tick }

// Rate is the number of ticks in a second.
func (t *Tick) Rate() int { return t.core.rate }

// Delta is the time that one tick stands for, in seconds.
func (t *Tick) Delta() float64 { return 1 / float64(t.core.rate) }

// Time is how long the match has run in its own time, in seconds: Number / Rate.
func (t *Tick) Time() float64 { return float64(t.core.tick) / float64(t.core.rate) }

// Rand is the match's random source, seeded by the match.
func (t *Tick) Rand() *rand.Rand { return t.core.rand }

// Players goes through the seated players by rising seat, those away included.
func (t *Tick) Players() iter.Seq[Player] {
	return func(yield func(Player) bool) {
		for i := range t.core.players {
			if p := t.core.players[i]; p.Seat != 0 && !yield(p) {
				return
			}
		}
	}
}

// Player is who sits in a seat.
func (t *Tick) Player(seat SeatID) (Player, bool) {
	if int(seat) >= len(t.core.players) || t.core.players[seat].Seat == 0 {
		return Player{}, false
	}
	return t.core.players[seat], true
}

// Emit sends a reliable event to every player and spectator. The payload is nil or anything msgpack encodes to a map: a struct or
// a map with string keys. Unlike the fields of tables, a struct's keys are its Go field names, unless a tag `msgpack:"name"` says otherwise. It panics, which ends the match, on a name that is not an identifier or is reserved, or on a
// payload that cannot be encoded or is larger than protocol.MaxPayload.
func (t *Tick) Emit(name string, payload any) { t.core.emit(0, name, payload) }

// EmitTo is [Tick.Emit] to one seat. An empty seat gets nothing.
func (t *Tick) EmitTo(seat SeatID, name string, payload any) {
	if seat != 0 {
		t.core.emit(seat, name, payload)
	}
}

// End ends the match after this tick, whose snapshot still goes out. The result, nil or anything msgpack encodes, is told to
// everyone and to the lobby; its keys are named as those of [Tick.Emit]. The first call counts. It panics like [Tick.Emit].
func (t *Tick) End(result any) {
	if t.core.ended == nil {
		t.core.ended = encoded("match result", result)
	}
}
