package arena_test

import (
	"slices"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/match"
)

type outcome struct {
	Winner string  `msgpack:"winner"`
	Scores []score `msgpack:"scores"`
}

type score struct {
	Name  string `msgpack:"name"`
	Seat  int    `msgpack:"seat"`
	Score int    `msgpack:"score"`
}

type phaseEvent struct {
	Phase  int `msgpack:"phase"`
	Winner int `msgpack:"winner"`
}

// toEnd makes ticks until the match ends, and decodes its result.
func (f field) toEnd() outcome {
	f.t.Helper()
	for range 700 * rate {
		f.steps(1)
		if raw, ended := f.Ended(); ended {
			var o outcome
			f.must(msgpack.Unmarshal(raw, &o))
			return o
		}
	}
	f.t.Fatal("the match does not end")
	return outcome{}
}

func TestNobodyIsHurtInTheWarmUp(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 1, Settings: match.Settings{"bots": 16}})
	sawShots := false
	for range warmUpTicks - 1 {
		f.steps(1)
		sawShots = sawShots || len(f.shots()) > 0
		if r := f.round(); r.phase != warmUp {
			t.Fatalf("tick %d: phase %d", f.Tick(), r.phase)
		}
		for _, s := range f.ships() {
			if s.hp != 100 || s.shield != 100 || s.score != 0 {
				t.Fatalf("tick %d: %+v", f.Tick(), s)
			}
		}
	}
	if !sawShots {
		t.Error("nobody fired")
	}
	f.steps(1)
	if r := f.round(); r.phase != play || len(f.shots()) != 0 {
		t.Errorf("five seconds in: phase %d and %d shots, want play with nothing in the air", r.phase, len(f.shots()))
	}
}

func TestARoundRunsItsTimeAndEndsTheMatch(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 2, Settings: match.Settings{"bots": 5, "seconds": 30, "limit": 0}})
	lefts := map[int]map[int]int{}
	count := func() {
		r := f.round()
		if lefts[r.phase] == nil {
			lefts[r.phase] = map[int]int{}
		}
		lefts[r.phase][r.left]++
	}
	for _, ended := f.Ended(); !ended; _, ended = f.Ended() {
		f.steps(1)
		count()
	}
	if want := uint32((5 + 30 + 5) * rate); f.Tick() != want {
		t.Errorf("ended at tick %d, want %d", f.Tick(), want)
	}
	for second := 1; second <= 30; second++ {
		if n := lefts[play][second]; n != rate {
			t.Errorf("%d s left was shown in %d ticks of play, want %d", second, n, rate)
		}
	}
	phases := decoded[phaseEvent](f, f.Events(), "round")
	if len(phases) != 2 || phases[0] != (phaseEvent{Phase: play}) || phases[1].Phase != over || phases[1].Winner != f.round().winner {
		t.Errorf("round events %+v with winner %d in the table", phases, f.round().winner)
	}
}

func TestScoresAreTheKillsAndTheResultIsTheScores(t *testing.T) {
	wins := 0
	for seed := range uint64(3) {
		f := newField(t, match.SimConfig{Seed: seed, Settings: match.Settings{"bots": 8, "seconds": 40, "limit": 0}})
		got := f.toEnd()
		kills := map[int]int{}
		for _, k := range decoded[kill](f, f.Events(), "kill") {
			if k.Killer == k.Victim {
				t.Errorf("ship %d destroyed itself", k.Killer)
			}
			kills[k.Killer]++
		}
		ships := f.ships()
		if len(kills) == 0 || len(got.Scores) != len(ships) {
			t.Fatalf("%d ships killed somebody, %d of %d in the result", len(kills), len(got.Scores), len(ships))
		}
		best, name := 0, ""
		for _, s := range ships {
			if s.score != kills[s.id] {
				t.Errorf("%s has %d points for %d kills", s.name, s.score, kills[s.id])
			}
			if !slices.Contains(got.Scores, score{s.name, s.seat, s.score}) {
				t.Errorf("%s with %d points is not in the result %+v", s.name, s.score, got.Scores)
			}
			switch {
			case s.score > best:
				best, name = s.score, s.name
			case s.score == best:
				name = "" // a draw so far
			}
		}
		for i := 1; i < len(got.Scores); i++ {
			if got.Scores[i].Score > got.Scores[i-1].Score {
				t.Errorf("scores are not sorted: %+v", got.Scores)
			}
		}
		if got.Winner != name || (name == "") != (f.round().winner == 0) {
			t.Errorf("winner %q, entity %d, want %q", got.Winner, f.round().winner, name)
		}
		if name != "" {
			wins++
		}
	}
	if wins == 0 {
		t.Error("no round had a winner: choose other seeds")
	}
}

func TestTheScoreLimitEndsTheRound(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 5, Settings: match.Settings{"bots": 8, "seconds": 600, "limit": 3}})
	got := f.toEnd()
	if got.Scores[0].Score != 3 {
		t.Errorf("the round ended at %d points, want 3", got.Scores[0].Score)
	}
	if f.Tick() > 300*rate {
		t.Errorf("it took until tick %d", f.Tick())
	}
	if f.round().limit != 3 {
		t.Errorf("the table shows limit %d", f.round().limit)
	}
}

func TestNothingChangesTheScoresOnceTheRoundIsOver(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 6, Settings: match.Settings{"bots": 8, "limit": 2}})
	for f.steps(1); f.round().phase != over; {
		f.steps(1)
	}
	points := func() (sum int) {
		for _, s := range f.ships() {
			sum += s.score
		}
		return sum
	}
	before := points()
	f.Events()
	f.toEnd()
	if after := points(); after != before {
		t.Errorf("%d points at the end of play, %d at the end of the match", before, after)
	}
	for _, e := range f.Events() {
		t.Errorf("event %s after the round was over", e.Name)
	}
}

func TestADrawHasNoWinner(t *testing.T) {
	for seed := range uint64(60) {
		f := newField(t, match.SimConfig{Seed: seed, Settings: match.Settings{"bots": 3, "seconds": 20}})
		got := f.toEnd()
		best := got.Scores[0].Score
		if best == 0 || best != got.Scores[1].Score {
			continue
		}
		if got.Winner != "" || f.round().winner != 0 {
			t.Errorf("scores %+v, winner %q, entity %d", got.Scores, got.Winner, f.round().winner)
		}
		return
	}
	t.Error("no draw in 60 rounds: choose other settings")
}

func TestARoundWithoutKillsHasNoWinner(t *testing.T) {
	f := newField(t, match.SimConfig{Settings: match.Settings{"seconds": 20}})
	f.join("idle")
	got := f.toEnd()
	if got.Winner != "" || f.round().winner != 0 || len(got.Scores) != 1 || got.Scores[0].Name != "idle" || got.Scores[0].Seat != 1 {
		t.Errorf("result %+v, winner %d", got, f.round().winner)
	}
}

func TestAMatchWithoutShipsStillHasAResult(t *testing.T) {
	f := newField(t, match.SimConfig{Settings: match.Settings{"seconds": 20}})
	if got := f.toEnd(); got.Scores == nil || len(got.Scores) != 0 {
		t.Errorf("scores %v, want an empty list", got.Scores)
	}
}
