package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Report is what [Verify] found.
type Report struct {
	Ticks      uint32      // made again with the same outcome
	Difference *Difference // the first; nil: there is none
	Torn       error       // of the recording: only what is before was looked at
}

// Verify makes a match again from its recording, with the game's code as it is now, and compares every tick with what was recorded:
// the hash and, where it differs, the world, field by field; the events; the panic of a game that broke; and the result. It stops at
// the first difference. Errors say why there is nothing to compare: [ErrNoStart], [ErrOtherGame] wrapped with what is different, or
// what is damaged.
func Verify(kind match.Kind, r *Reader) (Report, error) {
	report := Report{Torn: r.Torn()}
	sim, err := simOf(kind, r)
	if err != nil {
		return report, err
	}
	for c := r.Cursor(); ; report.Ticks++ {
		t, err := c.Next()
		if err == io.EOF {
			report.Difference = compareEnd(sim, r)
			return report, nil
		}
		if err != nil {
			return report, err
		}
		if report.Difference = compareTick(sim, t); report.Difference != nil {
			return report, nil
		}
		if t.Broken {
			report.Ticks++
			return report, nil
		}
	}
}

// simOf sets the recorded match up again.
func simOf(kind match.Kind, r *Reader) (*match.Sim, error) {
	h := &r.head
	if kind.Name != h.Game {
		return nil, fmt.Errorf("%w: %s, not %s", ErrOtherGame, h.Game, kind.Name)
	}
	sim, err := startOf(kind, h)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOtherGame, err)
	}
	if sim == nil || sim.Tick() != h.Start {
		return nil, fmt.Errorf("%w: it starts behind tick %d", ErrNoStart, h.Start)
	}
	if why := schemaDifference(h.Schema, sim.Schema()); why != "" {
		return nil, fmt.Errorf("%w: %s", ErrOtherGame, why)
	}
	if !sameFields(h.Inputs, sim.Inputs()) {
		return nil, fmt.Errorf("%w: the inputs have changed", ErrOtherGame)
	}
	return sim, nil
}

// startOf is the match as it was before the recording: before its first tick, or at a checkpoint. It is nil where there is neither.
func startOf(kind match.Kind, h *Header) (*match.Sim, error) {
	switch {
	case h.Checkpoint != nil:
		return match.RestoreSim(kind, h.Checkpoint)
	case h.Start == 0:
		return match.NewSim(kind, match.SimConfig{Seed: h.Seed, TickRate: h.TickRate, MaxPlayers: h.MaxPlayers, Settings: h.Settings})
	}
	return nil, nil
}

// schemaDifference names the first thing that is not the same in two schemas.
func schemaDifference(recorded, now protocol.Schema) string {
	if len(recorded) != len(now) {
		return fmt.Sprintf("%d tables were recorded, the game has %d", len(recorded), len(now))
	}
	for i, t := range recorded {
		switch {
		case t.Name != now[i].Name:
			return fmt.Sprintf("table %s is now %s", t.Name, now[i].Name)
		case !sameFields(t.Fields, now[i].Fields):
			return fmt.Sprintf("the fields of table %s have changed", t.Name)
		}
	}
	return ""
}

// sameFields compares fields by what travels of them.
func sameFields(a, b protocol.Fields) bool {
	return bytes.Equal(protocol.MustEncode(a), protocol.MustEncode(b))
}

// compareTick makes a tick again and compares what came of it.
func compareTick(sim *match.Sim, t *Tick) *Difference {
	err := sim.Replay(&t.TickRecord)
	var panicked *match.PanicError
	broke := errors.As(err, &panicked)
	switch {
	case err != nil && !broke:
		return &Difference{Tick: t.Tick, What: "acts", Recorded: "taken by the match", Replayed: err.Error()}
	case broke != t.Broken:
		return &Difference{Tick: t.Tick, What: "game", Recorded: fate(t.Broken, nil), Replayed: fate(broke, err)}
	case broke:
		return nil
	}
	schema := sim.Schema()
	if now := sim.Hash(); now != t.Hash {
		d := compareWorlds(t.Snapshot, sim.Snapshot(), schema)
		if d == nil {
			d = hashDifference(t.Hash, fmt.Sprintf("%08x, as the recorded state has", now))
		}
		d.Tick = t.Tick
		return d
	}
	if recorded := protocol.Hash(t.Snapshot, schema); recorded != t.Hash {
		d := hashDifference(t.Hash, fmt.Sprintf("%08x, and the recorded state has %08x", t.Hash, recorded))
		d.Tick = t.Tick
		return d
	}
	return compareEvents(t, sim.Events())
}

// hashDifference is a recording that is not at one with itself.
func hashDifference(recorded uint32, replayed string) *Difference {
	return &Difference{What: "hash", Recorded: fmt.Sprintf("%08x", recorded), Replayed: replayed}
}

func fate(broke bool, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case broke:
		return "panicked"
	}
	return "went on"
}

// compareEvents compares events by what they say: msgpack has many encodings of a map.
func compareEvents(t *Tick, now []match.SimEvent) *Difference {
	for i := range max(len(t.Events), len(now)) {
		var then, again *match.SimEvent
		if i < len(t.Events) {
			then = &t.Events[i]
		}
		if i < len(now) {
			again = &now[i]
		}
		if then == nil || again == nil || then.To != again.To || then.Name != again.Name || !samePayload(then.Payload, again.Payload) {
			return &Difference{Tick: t.Tick, What: "event", Entity: uint32(i + 1), Recorded: eventText(then), Replayed: eventText(again)}
		}
	}
	return nil
}

func samePayload(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errX := PayloadValue(a)
	y, errY := PayloadValue(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func eventText(e *match.SimEvent) string {
	if e == nil {
		return "none"
	}
	value, err := PayloadValue(e.Payload)
	if err != nil {
		return fmt.Sprintf("%s to seat %d", e.Name, e.To)
	}
	return fmt.Sprintf("%s to seat %d: %v", e.Name, e.To, value)
}

// compareEnd compares results, where the game ended the match.
func compareEnd(sim *match.Sim, r *Reader) *Difference {
	if r.end == nil || r.end.Cut != "" {
		return nil
	}
	recorded := r.end.Result.Reason == match.ReasonEnded
	data, ended := sim.Ended()
	if recorded == ended && samePayload(r.end.Result.Data, data) {
		return nil
	}
	text := func(ended bool, data []byte) string {
		if !ended {
			return "not ended by the game"
		}
		value, _ := PayloadValue(data) // nil where it cannot be read
		return fmt.Sprint(value)
	}
	return &Difference{Tick: sim.Tick(), What: "result", Recorded: text(recorded, r.end.Result.Data), Replayed: text(ended, data)}
}
