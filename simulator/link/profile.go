package link

import (
	"fmt"
	"time"
)

// Profile is what a network is like. The zero value is a perfect one. Loss, bursts, outages and queue are those of each direction.
type Profile struct {
	Name string // of the preset it began as, or ""

	RTT    time.Duration // round trip of a small packet, without jitter; 0 to 10 s
	Jitter time.Duration // by which a round trip is shorter or longer, at most RTT
	Loss   float64       // percent of packets, 0 to 50

	DownKbps, UpKbps int // kilobits (1000 bits) a second with headers, to and from the client; 0: unlimited, else 8 to 10,000,000
	QueueBytes       int // that wait for a limited rate; 0 is 64 KiB, else 2 KiB to 16 MiB

	Burst Burst
	Flap  Flap

	Mute time.Duration // mean life of a connection until one direction dies silently; 0: never, else 100 ms at least
	Cut  time.Duration // mean life of a connection until it is cut in the middle of a packet; likewise
}

// Burst is a network that is bad for a while now and then (Gilbert and Elliott's chain).
type Burst struct {
	Every time.Duration // mean time between bursts; 0: there are none, else 100 ms to 1 h
	For   time.Duration // mean length of one, 10 ms to 1 min
	Loss  float64       // percent of packets lost in one, 1 to 100
}

// Flap is a link that goes down by a schedule: up, down, up and so on. A link's seed says where in it the link begins.
type Flap struct {
	Up, Down time.Duration // 0: never down, else 100 ms to 1 h each
}

const (
	defaultQueue = 64 << 10
	minQueue     = 2 << 10
	maxQueue     = 16 << 20
	maxRTT       = 10 * time.Second
	minKbps      = 8
	maxKbps      = 10_000_000
)

// Validate says which field has which fault.
func (p Profile) Validate() error {
	for _, err := range []error{
		within("rtt", p.RTT, 0, maxRTT),
		within("jitter", p.Jitter, 0, p.RTT),
		percent("loss", p.Loss, 0, 50),
		rate("kbps", p.DownKbps), rate("kbps (up)", p.UpKbps),
		p.checkQueue(), p.Burst.check(), p.Flap.check(),
		life("mute", p.Mute), life("cut", p.Cut),
	} {
		if err != nil {
			return fmt.Errorf("network: %w", err)
		}
	}
	return nil
}

func (p Profile) checkQueue() error {
	if p.QueueBytes != 0 && (p.QueueBytes < minQueue || p.QueueBytes > maxQueue) {
		return fmt.Errorf("queue: %d bytes are outside %d..%d", p.QueueBytes, minQueue, maxQueue)
	}
	return nil
}

func (b Burst) check() error {
	if b == (Burst{}) {
		return nil
	}
	for _, err := range []error{
		within("burst, time between two", b.Every, 100*time.Millisecond, time.Hour),
		within("burst, length", b.For, 10*time.Millisecond, time.Minute),
		percent("burst, loss", b.Loss, 1, 100),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func (f Flap) check() error {
	if f == (Flap{}) {
		return nil
	}
	if err := within("flap, time up", f.Up, 100*time.Millisecond, time.Hour); err != nil {
		return err
	}
	return within("flap, time down", f.Down, 100*time.Millisecond, time.Hour)
}

func within(field string, d, min, max time.Duration) error {
	if d < min || d > max {
		return fmt.Errorf("%s: %v is outside %v..%v", field, d, min, max)
	}
	return nil
}

func percent(field string, v, min, max float64) error {
	if !(v >= min && v <= max) { // so that NaN is outside, too
		return fmt.Errorf("%s: %v %% is outside %v..%v", field, v, min, max)
	}
	return nil
}

func rate(field string, kbps int) error {
	if kbps != 0 && (kbps < minKbps || kbps > maxKbps) {
		return fmt.Errorf("%s: %d is outside %d..%d (0 for unlimited)", field, kbps, minKbps, maxKbps)
	}
	return nil
}

func life(field string, d time.Duration) error {
	if d == 0 {
		return nil
	}
	return within(field, d, 100*time.Millisecond, 24*time.Hour)
}

// queue is the room before a limited rate.
func (p Profile) queue() int {
	if p.QueueBytes == 0 {
		return defaultQueue
	}
	return p.QueueBytes
}
