package arena_test

import (
	"math"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
)

const wantTrials = 20

// trial is a moment in which a hunter, who stands still, points at where a shot fired now meets a target that flies past.
type trial struct {
	t              *testing.T
	checkpoint     []byte
	moment         uint32 // tick
	hitAt          uint32 // tick in which a shot fired in the next tick hits
	hunter, target match.SeatID
	settings       match.Settings // changed at the moment
}

// trials are such moments in one long flight: those in which the target is not near and not slow, and would be hit.
func trials(t *testing.T) (all []trial) {
	f := newField(t, match.SimConfig{Seed: 21, Settings: match.Settings{"seconds": 600}})
	hunter, target := f.join("hunter"), f.join("target")
	f.toPlay()
	f.steps(2 * rate)
	for i := 0; len(all) < wantTrials; i++ {
		if i == 1000 {
			t.Fatalf("%d such moments in %d", len(all), i)
		}
		for range 25 {
			h, s := f.ship(hunter), f.ship(target)
			flight := math.Hypot(s.x-h.x, s.y-h.y) / shotSpeed
			aim := math.Atan2(s.y+s.vy*flight-h.y, s.x+s.vx*flight-h.x)
			f.must(f.Input(hunter, arena.Input{Aimed: true, Aim: aim}))
			f.must(f.Input(target, wide(f.Tick())))
			f.steps(1)
		}
		h, s := f.ship(hunter), f.ship(target)
		if math.Hypot(s.x-h.x, s.y-h.y) < 120 || math.Hypot(s.vx, s.vy) < 120 {
			continue
		}
		checkpoint, err := f.Checkpoint()
		f.must(err)
		r := trial{t: t, checkpoint: checkpoint, moment: f.Tick(), hunter: hunter, target: target}
		if r.hitAt = r.fire(0, newest); r.hitAt != 0 {
			all = append(all, r)
		}
	}
	return all
}

// fire fires one shot, some ticks after the moment, as a player does who sees some tick before then, and returns the tick in which the
// target is hit, 0 if it is not. The target flies on as if nothing had happened.
func (r trial) fire(after int, seen func(moment, fired uint32) uint32) (hitAt uint32) {
	r.t.Helper()
	sim, err := match.RestoreSim(arena.Kind(), r.checkpoint)
	if err != nil {
		r.t.Fatal(err)
	}
	f := field{r.t, sim}
	f.must(f.Configure(r.settings))
	for step := 1; step <= 110; step++ {
		f.must(f.Input(r.hunter, arena.Input{}))
		if step == after+1 {
			f.must(f.InputSeen(r.hunter, arena.Input{Fire: true}, seen(r.moment, f.Tick()+1)))
		}
		f.must(f.Input(r.target, wide(f.Tick())))
		before := f.ship(r.target)
		f.steps(1)
		if now := f.ship(r.target); now.hp+now.shield < before.hp+before.shield {
			return f.Tick()
		}
	}
	return 0
}

// wide flies wide circles.
func wide(tick uint32) arena.Input {
	return arena.Input{Thrust: true, Aimed: true, Aim: float64(tick%628) / 100}
}

func newest(_, fired uint32) uint32 { return fired - 1 }
func then(moment, _ uint32) uint32  { return moment }

func TestAShotDoesToWhatItsPlayerSawWhatItWouldHaveDoneThen(t *testing.T) {
	hitsWithout := 0
	for i, r := range trials(t) {
		for _, lag := range []int{1, 6, 14} {
			firedAt := r.moment + uint32(lag) + 1
			if got, want := r.fire(lag, then), max(r.hitAt, firedAt); got != want {
				t.Errorf("trial %d: hit in tick %d when fired at once; fired %d ticks later, in tick %d, the hit is in tick %d",
					i, r.hitAt, lag, firedAt, got)
			}
		}
		if r.fire(14, newest) != 0 {
			hitsWithout++
		}
	}
	if hitsWithout > wantTrials/4 {
		t.Errorf("%d of %d shots hit that are aimed at what was there 14 ticks ago", hitsWithout, wantTrials)
	}
}

func TestWhoSeesTheWorldTooLateDoesNotHitIt(t *testing.T) {
	hits := 0
	for _, r := range trials(t) {
		late := r.fire(35, then) // 580 ms, where 250 ms are allowed
		if late != 0 {
			hits++
		}
		if want := r.fire(35, func(_, fired uint32) uint32 { return fired - 15 }); late != want {
			t.Errorf("who says to have seen the world of 35 ticks ago hits in tick %d, of 15 ticks ago in tick %d", late, want)
		}
	}
	if hits > wantTrials/4 {
		t.Errorf("%d of %d shots hit what was there 35 ticks ago", hits, wantTrials)
	}
}

func TestWhoIsBackIsNotHitInThePlaceOfTheirEnd(t *testing.T) {
	tried := 0
	for seed := range uint64(20) {
		f, hunter, target := duel(t, seed)
		wreck := f.attackUntil(hunter, target, func(s shipView) bool { return !s.alive })
		for !f.ship(target).alive {
			s := f.ship(hunter)
			away := math.Hypot(wreck.x-s.x, wreck.y-s.y)
			f.must(f.Input(hunter, arena.Input{
				Aimed: true, Aim: math.Atan2(wreck.y-s.y, wreck.x-s.x), Thrust: away > 120 && math.Hypot(s.vx, s.vy) < away,
			}))
			f.steps(1)
		}
		f.must(f.Input(target, arena.Input{Fire: true})) // and so ends its own protection
		f.steps(1)
		s, before := f.ship(hunter), f.ship(target)
		away := math.Hypot(wreck.x-s.x, wreck.y-s.y)
		off := math.Remainder(math.Atan2(wreck.y-s.y, wreck.x-s.x)-s.heading, 2*math.Pi)
		if before.shield == 100 || away < 40 || away > 170 || math.Abs(off)*away > 10 {
			continue
		}
		tried++
		f.must(f.InputSeen(hunter, arena.Input{Fire: true}, f.Tick()-14))
		f.steps(1)
		if now := f.ship(target); now.hp+now.shield < before.hp+before.shield {
			t.Errorf("seed %d: hit %.0f units away from where it is", seed, math.Hypot(now.x-wreck.x, now.y-wreck.y))
		}
	}
	if tried < 3 {
		t.Errorf("only %d times the end was in the hunter's sights", tried)
	}
}

func TestWithoutRewindAShotMeetsWhatIsThereNow(t *testing.T) {
	hits := 0
	for _, r := range trials(t) {
		r.settings = match.Settings{"rewind": 0}
		got := r.fire(14, then)
		if want := r.fire(14, newest); got != want {
			t.Errorf("who saw the world of 14 ticks ago hits in tick %d, who sees the newest in tick %d", got, want)
		}
		if got != 0 {
			hits++
		}
	}
	if hits > wantTrials/4 {
		t.Errorf("%d of %d shots hit what was there 14 ticks ago", hits, wantTrials)
	}
}
