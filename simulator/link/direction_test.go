package link_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator/link"
)

// stream sends packets of some bytes at a steady gap and returns when they arrive.
func stream(d *link.Direction, n, bytes int, gap time.Duration) []time.Duration {
	arrivals := make([]time.Duration, n)
	for i := range arrivals {
		arrivals[i] = d.Send(time.Duration(i)*gap, bytes)
	}
	return arrivals
}

// anyProfile draws one that Validate lets pass.
func anyProfile(rng *rand.Rand) link.Profile {
	ms := func(max int) time.Duration { return time.Duration(rng.IntN(max)) * time.Millisecond }
	p := link.Profile{RTT: ms(800), Loss: rng.Float64() * 20}
	p.Jitter = time.Duration(rng.Float64() * float64(p.RTT))
	if rng.IntN(2) == 0 {
		p.DownKbps = 16 + rng.IntN(5000)
	}
	if rng.IntN(2) == 0 {
		p.Burst = link.Burst{Every: time.Second + ms(10_000), For: 10*time.Millisecond + ms(2000), Loss: 1 + rng.Float64()*99}
	}
	if rng.IntN(2) == 0 {
		p.Flap = link.Flap{Up: time.Second + ms(10_000), Down: 100*time.Millisecond + ms(5000)}
	}
	return p
}

func TestArrivalsAreInOrderAfterTheWayThereAndTheSameForASeed(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 0))
		p := anyProfile(rng)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		a, b := link.NewDirection(p, p.DownKbps, 0, seed, 1), link.NewDirection(p, p.DownKbps, 0, seed, 1)
		now, before := time.Duration(0), time.Duration(0)
		for range 2000 {
			now += time.Duration(rng.IntN(40)) * time.Millisecond
			bytes := 1 + rng.IntN(link.SegmentBytes)
			now = a.Ready(now, bytes)
			at := a.Send(now, bytes)
			if at < before || at < now+(p.RTT-p.Jitter)/2 {
				t.Fatalf("seed %d, %v: sent at %v, arrives at %v, the one before at %v", seed, p, now, at, before)
			}
			if again := b.Send(now, bytes); again != at {
				t.Fatalf("seed %d, %v: %v, then %v", seed, p, at, again)
			}
			before = at
		}
	}
}

func TestAnotherSeedIsAnotherCourse(t *testing.T) {
	p := link.Profile{RTT: 100 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 1}
	a := stream(link.NewDirection(p, 0, 0, 1, 1), 100, 60, time.Second/60)
	for _, other := range []*link.Direction{link.NewDirection(p, 0, 0, 2, 1), link.NewDirection(p, 0, 0, 1, 2)} {
		if slices.Equal(a, stream(other, 100, 60, time.Second/60)) {
			t.Error("another seed or stream, and the same arrivals")
		}
	}
}

func TestThroughputIsTheBandwidthAndTheQueueIsBounded(t *testing.T) {
	for _, kbps := range []int{8, 64, 1600, 100_000, 10_000_000} {
		p := link.Profile{RTT: 40 * time.Millisecond, QueueBytes: 16 << 10}
		d := link.NewDirection(p, kbps, 0, 1, 1)
		now, last := time.Duration(0), time.Duration(0)
		const packets, bytes = 1000, 1000
		for range packets {
			now = d.Ready(now, bytes)
			last = d.Send(now, bytes)
			if queued := float64(last-now-p.RTT/2) * float64(kbps) / 8e6; queued > 16<<10+link.HeaderBytes+bytes {
				t.Fatalf("%d kbit/s: %.0f bytes in the queue", kbps, queued)
			}
		}
		carried := float64(packets*(bytes+link.HeaderBytes)) * 8 / float64((last-p.RTT/2).Milliseconds()+1)
		if carried > float64(kbps) || kbps <= 1600 && carried < 0.99*float64(kbps) {
			t.Errorf("%d kbit/s carried %.1f", kbps, carried)
		}
	}
}

func TestTheShareOfLossesConverges(t *testing.T) {
	for _, percent := range []float64{0, 0.5, 2, 10} {
		d := link.NewDirection(link.Profile{RTT: 80 * time.Millisecond, Loss: percent}, 0, 0, 7, 1)
		stream(d, 100_000, 60, time.Second/60)
		packets, lost := d.Losses()
		share := 100 * float64(lost) / float64(packets)
		// Four standard deviations of a binomial share.
		if math.Abs(share-percent) > 4*100*math.Sqrt(percent/100*(1-percent/100)/100_000) {
			t.Errorf("%.3f %% of packets lost, want %v %%", share, percent)
		}
	}
}

func TestALossStallsForARoundTripAndAQuarterOrThreePackets(t *testing.T) {
	for _, test := range []struct{ rtt, gap, want time.Duration }{
		{40 * time.Millisecond, time.Second / 60, 40*time.Millisecond + time.Second/60}, // the next one's acknowledgement is later than the quarter
		{100 * time.Millisecond, time.Second / 60, 130 * time.Millisecond},
		{400 * time.Millisecond, time.Second / 60, 450 * time.Millisecond}, // three packets later is sooner than the quarter
	} {
		d := link.NewDirection(link.Profile{RTT: test.rtt, Loss: 0.1}, 0, 0, 3, 1)
		found := 0
		for i, at := range stream(d, 20_000, 60, test.gap) {
			late := at - time.Duration(i)*test.gap - test.rtt/2
			if (late - test.want).Abs() < 100*time.Microsecond {
				found++
			}
		}
		if _, lost := d.Losses(); found < int(lost)*8/10 {
			t.Errorf("round trip %v, a packet every %v: %d of %d losses cost %v", test.rtt, test.gap, found, lost, test.want)
		}
	}
}

func TestALonelyPacketWaitsForTheProbe(t *testing.T) {
	p := link.Profile{RTT: 50 * time.Millisecond, Loss: 2}
	d := link.NewDirection(p, 0, 0, 5, 1)
	probe := 2*p.RTT + 200*time.Millisecond
	late := map[time.Duration]int{}
	for i, at := range stream(d, 5000, 60, time.Second) {
		late[at-time.Duration(i)*time.Second-p.RTT/2]++
	}
	// RTO is RTT + 200 ms, sooner than the probe here; a probe is never later than that.
	if rto := min(probe, p.RTT+200*time.Millisecond); late[0] < 4800 || late[rto] < 50 {
		t.Errorf("late by %v", late)
	}
}

func TestBurstsHaveTheirShareOfTimeAndLoss(t *testing.T) {
	p := link.Profile{RTT: 20 * time.Millisecond, Burst: link.Burst{Every: 9 * time.Second, For: time.Second, Loss: 50}}
	d := link.NewDirection(p, 0, 0, 11, 1)
	stream(d, 600_000, 60, time.Second/60)
	packets, lost := d.Losses()
	// A tenth of the time, half of the packets: 5 %, over 1000 bursts of exponential length.
	if share := 100 * float64(lost) / float64(packets); share < 4.2 || share > 5.8 {
		t.Errorf("%.2f %% lost", share)
	}
}

func TestAnOutageEndsForTCPWhenItsTimerTries(t *testing.T) {
	p := link.Profile{RTT: 100 * time.Millisecond, Flap: link.Flap{Up: 20 * time.Second, Down: 3 * time.Second}}
	arrivals := stream(link.NewDirection(p, 0, 0, 1, 1), 25*60, 60, time.Second/60)
	longest, at := time.Duration(0), time.Duration(0)
	for i, a := range arrivals[1:] {
		if a-arrivals[i] > longest {
			longest, at = a-arrivals[i], a
		}
	}
	// The first packet lost is sent at 20 s; RTO 0.3 s, doubled: tries at 20.3, 20.9, 22.1 and 24.5 s, of which the last gets through.
	if want := 24550 * time.Millisecond; (at - want).Abs() > 20*time.Millisecond {
		t.Errorf("nothing for %v, until %v, want until about %v", longest, at, want)
	}
}

func TestADeadDirectionCarriesNothingMore(t *testing.T) {
	d := link.NewDirection(link.Profile{RTT: 20 * time.Millisecond}, 0, 0, 1, 1)
	d.Die(time.Second)
	for i, at := range stream(d, 120, 60, time.Second/60) {
		if dead := time.Duration(i)*(time.Second/60) >= time.Second; dead != (at == link.Never) {
			t.Fatalf("packet %d arrives at %v", i, at)
		}
	}
}
