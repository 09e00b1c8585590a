package recording_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
)

// play is a match of two seats in the arena, with bots, that was stepped with inputs that change now and then. doctor may change a
// tick's record before it is written, as somebody would who changes a file.
func play(t testing.TB, cfg recording.WriterConfig, ticks int, doctor func(*match.TickRecord)) []byte {
	t.Helper()
	sim, head := newSim(t)
	var file bytes.Buffer
	w, err := recording.NewWriter(&file, recording.Header{RecordHead: head}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= ticks; i++ {
		r := step(t, sim, uint32(i))
		if doctor != nil {
			doctor(r)
		}
		if err := w.Tick(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(recording.End{Result: match.Result{Reason: match.ReasonShutdown}}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func newSim(t testing.TB) (*match.Sim, match.RecordHead) {
	t.Helper()
	head := match.RecordHead{
		Match: "m-1", Game: "arena", Title: "Arena", Settings: match.Settings{"bots": 6, "seconds": 600},
		Seed: 1<<63 + 7, TickRate: 60, MaxPlayers: 16,
	}
	sim, err := match.NewSim(arena.Kind(), match.SimConfig{Seed: head.Seed, Settings: head.Settings, MaxPlayers: head.MaxPlayers})
	if err != nil {
		t.Fatal(err)
	}
	head.Schema, head.Inputs = sim.Schema(), sim.Inputs()
	return sim, head
}

// step makes a tick of the match of two seats and its record.
func step(t testing.TB, sim *match.Sim, tick uint32) *match.TickRecord {
	t.Helper()
	r := &match.TickRecord{Tick: tick, Acts: acts(tick)}
	if err := sim.Replay(r); err != nil {
		t.Fatal(err)
	}
	r.Events, r.Snapshot = sim.Events(), sim.Snapshot()
	return r
}

// acts are what happens before a tick: seats 1 and 2 are taken at ticks 1 and 50, 2 is away for a while, and both steer.
func acts(tick uint32) (acts []match.Act) {
	steer := func(seat match.SeatID, turn int32) {
		acts = append(acts, match.Act{
			Kind: match.ActInput, Seat: seat, Age: int(tick % 7), Seen: tick / 2 * (tick % 2),
			Quanta: []int32{turn, 1, int32(tick / 40 % 2), 0, 0},
		})
	}
	join := func(seat match.SeatID, name string) {
		acts = append(acts, match.Act{Kind: match.ActJoin, Seat: seat, Player: match.Player{Seat: seat, User: "u-" + name, Name: name}})
	}
	switch tick {
	case 1:
		join(1, "ada")
	case 50:
		join(2, "bob")
	case 70:
		acts = append(acts, match.Act{Kind: match.ActAway, Seat: 2})
	case 90:
		acts = append(acts, match.Act{Kind: match.ActBack, Seat: 2})
	case 200:
		acts = append(acts, match.Act{Kind: match.ActConfigure, Settings: match.Settings{"bots": 4, "seconds": 600}})
	}
	if tick > 7 {
		steer(1, int32(tick/30%3)-1)
	}
	if tick > 60 {
		steer(2, int32(tick/11%3)-1)
	}
	return acts
}

func open(t testing.TB, file []byte) *recording.Reader {
	t.Helper()
	r, err := recording.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// all reads every tick.
func all(t testing.TB, r *recording.Reader) (ticks []*recording.Tick) {
	t.Helper()
	for c := r.Cursor(); ; {
		tick, err := c.Next()
		if err == io.EOF {
			return ticks
		}
		if err != nil {
			t.Fatal(err)
		}
		ticks = append(ticks, tick)
	}
}
