package client_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
)

const tickRate = 60

// wire is a simulated way between a pacer and a match, in virtual time. Like TCP it delays but never reorders.
type wire struct {
	rng    *rand.Rand
	delay  func(at time.Duration) time.Duration // one way
	jitter time.Duration                        // uniformly more, each way
	wake   time.Duration                        // uniformly late the client's timer is
	drift  float64                              // by which the server's clock is faster
	stall  func(at time.Duration) bool          // nothing arrives while it lasts
	slip   time.Duration                        // by which the server's schedule is later from its tick 300 on
}

type sentInput struct {
	tick   uint32
	at     time.Duration // sent
	arrive time.Duration
}

type paced struct {
	tick    uint32
	sent    time.Duration
	slack   float64 // ms
	arrived time.Duration
}

// run paces inputs for a while and returns what became of each. guess is the round trip the pacer is told.
func (w wire) run(length, guess time.Duration) []paced {
	origin := time.Unix(1000, 0)
	period := time.Duration(float64(time.Second) / tickRate / (1 + w.drift))
	due := func(tick uint32) time.Duration {
		if tick < 300 {
			return time.Duration(tick) * period
		}
		return time.Duration(tick)*period + w.slip
	}
	const nominal = time.Second / tickRate // what the server takes for a tick that has not slipped yet
	carry := func(at, last time.Duration) time.Duration {
		arrive := at + w.delay(at) + time.Duration(w.rng.Int64N(int64(w.jitter)+1))
		for w.stall != nil && w.stall(arrive) {
			arrive += time.Millisecond
		}
		return max(arrive, last)
	}
	type report struct {
		tick   uint32
		slack  int32
		arrive time.Duration
	}
	var pacer *client.Pacer
	var inputs []paced
	var reports []report
	var up []sentInput
	var slack int32
	var lastUp, lastDown, wakeAt time.Duration
	tick, newest := uint32(1), uint32(0)
	for now := time.Duration(0); now < length; now += 250 * time.Microsecond {
		for len(up) > 0 && up[0].arrive <= now {
			in := up[0]
			up = up[1:]
			early := due(tick) + time.Duration(int64(in.tick)-int64(tick))*nominal - in.arrive
			inputs = append(inputs, paced{in.tick, in.at, float64(early) / 1e6, in.arrive})
			if in.tick > newest {
				newest, slack = in.tick, int32(early.Milliseconds())
			}
		}
		if now >= due(tick) {
			lastDown = carry(now, lastDown)
			reports = append(reports, report{tick, slack, lastDown})
			tick++
		}
		for len(reports) > 0 && reports[0].arrive <= now {
			if pacer == nil {
				pacer = client.StartPacer(tickRate, reports[0].tick, guess, origin.Add(now))
				wakeAt = now
			} else {
				pacer.Report(reports[0].tick, reports[0].slack)
			}
			reports = reports[1:]
		}
		if pacer != nil && now >= wakeAt && !origin.Add(now).Before(pacer.Due()) {
			lastUp = carry(now, lastUp)
			up = append(up, sentInput{pacer.Next(origin.Add(now)), now, lastUp})
			wakeAt = pacer.Due().Sub(origin) + time.Duration(w.rng.Int64N(int64(w.wake)+1))
		}
	}
	return inputs
}

func constant(d time.Duration) func(time.Duration) time.Duration {
	return func(time.Duration) time.Duration { return d }
}

// quality is the share of inputs that came too late, and the middle slack, from a time on.
func quality(inputs []paced, from time.Duration) (late, median float64) {
	var slacks []float64
	for _, in := range inputs {
		if in.sent < from {
			continue
		}
		slacks = append(slacks, in.slack)
		if in.slack < 0 {
			late++
		}
	}
	if len(slacks) == 0 {
		return 1, math.NaN()
	}
	slices.Sort(slacks)
	return late / float64(len(slacks)), slacks[len(slacks)/2]
}

func TestInputsSettleALittleAheadOnAnyLink(t *testing.T) {
	const ms = time.Millisecond
	for _, oneWay := range []time.Duration{0, ms, 20 * ms, 50 * ms, 150 * ms} {
		for _, jitter := range []time.Duration{0, 8 * ms, 20 * ms} {
			for _, drift := range []float64{0, 200e-6, -200e-6} {
				for _, guess := range []time.Duration{0, 2 * oneWay, 6*oneWay + 100*ms} {
					name := fmt.Sprintf("delay=%v jitter=%v drift=%v guess=%v", oneWay, jitter, drift, guess)
					w := wire{rng: rand.New(rand.NewPCG(7, 7)), delay: constant(oneWay), jitter: jitter, wake: 2 * ms, drift: drift}
					inputs := w.run(12*time.Second, guess)
					late, median := quality(inputs, 3*time.Second)
					if late > 0.03 || median < 5 || median > 50 {
						t.Errorf("%s: %.1f %% late, median slack %.1f ms", name, 100*late, median)
					}
				}
			}
		}
	}
}

func TestPacedTicksRiseAndStayBelowTheServersRateLimit(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		w := wire{
			rng: rng, jitter: time.Duration(rng.IntN(40)) * time.Millisecond, wake: time.Duration(rng.IntN(16)) * time.Millisecond,
			delay: func(at time.Duration) time.Duration { // a new route every two seconds
				return time.Duration(20+(at/(2*time.Second))*37%160) * time.Millisecond
			},
			stall: func(at time.Duration) bool { return at%(3*time.Second) < 300*time.Millisecond },
		}
		inputs := w.run(20*time.Second, 0)
		tokens, last := float64(tickRate)/4, time.Duration(0)
		for i, in := range inputs {
			if i > 0 && in.tick <= inputs[i-1].tick {
				t.Fatalf("seed %d: tick %d after %d", seed, in.tick, inputs[i-1].tick)
			}
			// The bucket is asked at the time of sending: what a stall bunches up is the link's doing.
			tokens = min(tokens+(in.sent-last).Seconds()*tickRate, float64(tickRate)/4)
			if last = in.sent; tokens < 1 {
				t.Fatalf("seed %d: over the rate limit at %v", seed, in.sent)
			}
			tokens--
		}
		if len(inputs) < 18*tickRate {
			t.Errorf("seed %d: %d inputs in 20 s", seed, len(inputs))
		}
	}
}

func TestALongerRouteIsCaughtUpWithInASecond(t *testing.T) {
	w := wire{rng: rand.New(rand.NewPCG(1, 1)), jitter: 2 * time.Millisecond, wake: time.Millisecond,
		delay: func(at time.Duration) time.Duration {
			if at < 5*time.Second {
				return 10 * time.Millisecond
			}
			return 120 * time.Millisecond
		}}
	inputs := w.run(10*time.Second, 20*time.Millisecond)
	if late, median := quality(inputs, 6*time.Second); late > 0.03 || median > 50 {
		t.Errorf("%.1f %% late, median slack %.1f ms", 100*late, median)
	}
}

func TestAShorterRouteIsFollowedWithoutAGap(t *testing.T) {
	w := wire{rng: rand.New(rand.NewPCG(1, 1)), jitter: 2 * time.Millisecond, wake: time.Millisecond,
		delay: func(at time.Duration) time.Duration {
			if at < 5*time.Second {
				return 120 * time.Millisecond
			}
			return 10 * time.Millisecond
		}}
	inputs := w.run(10*time.Second, 240*time.Millisecond)
	if late, median := quality(inputs, 7*time.Second); late > 0.03 || median > 50 {
		t.Errorf("%.1f %% late, median slack %.1f ms", 100*late, median)
	}
	for i := 1; i < len(inputs); i++ {
		if inputs[i].sent > 5*time.Second && inputs[i].tick != inputs[i-1].tick+1 {
			t.Fatalf("tick %d after %d", inputs[i].tick, inputs[i-1].tick)
		}
	}
}

func TestAnOverloadedServersInputsDoNotPileUp(t *testing.T) {
	// It runs 40 ticks a second instead of 60, and its schedule slips all the time.
	w := wire{rng: rand.New(rand.NewPCG(1, 1)), jitter: 5 * time.Millisecond, wake: time.Millisecond,
		delay: constant(5 * time.Millisecond), drift: -1.0 / 3}
	inputs := w.run(20*time.Second, 10*time.Millisecond)
	if late, median := quality(inputs, 3*time.Second); late > 0.1 || median > 300 {
		t.Errorf("%.1f %% late, median slack %.1f ms", 100*late, median)
	}
}

func TestInputsFollowAServerWhoseScheduleSlipped(t *testing.T) {
	w := wire{rng: rand.New(rand.NewPCG(1, 1)), jitter: 5 * time.Millisecond, wake: time.Millisecond,
		delay: constant(20 * time.Millisecond), slip: 900 * time.Millisecond}
	inputs := w.run(10*time.Second, 40*time.Millisecond)
	goesOn := 5*time.Second + w.slip
	if late, median := quality(inputs, goesOn+300*time.Millisecond); late > 0.03 || median < 5 || median > 50 {
		t.Errorf("%.1f %% late, median slack %.1f ms", 100*late, median)
	}
	for _, in := range inputs {
		if in.sent > goesOn+300*time.Millisecond && in.slack > 80 {
			t.Fatalf("slack still %.0f ms at %v", in.slack, in.sent)
		}
	}
}

func TestAProcessThatWasAsleepSkipsWhatItMissed(t *testing.T) {
	start := time.Unix(0, 0)
	p := client.StartPacer(tickRate, 100, 0, start)
	first := p.Next(start)
	woke := start.Add(time.Second + time.Millisecond)
	if tick := p.Next(woke); tick != first+60 {
		t.Errorf("tick %d after %d and a second", tick, first)
	}
	if p.Skipped() != 59 {
		t.Errorf("%d skipped", p.Skipped())
	}
	if wait := p.Due().Sub(woke); wait <= 0 || wait > time.Second/tickRate {
		t.Errorf("next in %v", wait)
	}
}
