package link

import (
	"math/rand/v2"
	"time"
)

const (
	// SegmentBytes is the most that a packet carries: what is left of Ethernet's 1500 bytes by IPv4, TCP and its timestamps.
	SegmentBytes = 1500 - HeaderBytes
	// HeaderBytes is what IPv4 (20), TCP (20) and its timestamps (12) add to a packet.
	HeaderBytes = 52
	// WindowSegments is how many packets can be under way behind one that is lost: TCP's initial window (RFC 6928), which a stream of small
	// messages does not outgrow, since a window that is not used is not opened further (RFC 7661).
	WindowSegments = 10
)

// Never is the arrival of a packet that does not arrive.
const Never = time.Duration(1<<63 - 1)

// Direction is the model of one way of a link. Times are durations since any moment, and must not decrease from call to call. One
// goroutine uses it at a time.
type Direction struct {
	rtt, jitter time.Duration
	loss        float64 // share, 0 to 1
	kbps        int     // 0: unlimited
	queue       int
	burst       burst
	outage      outage
	deadFrom    time.Duration
	rng         *rand.Rand

	free time.Duration // when the link has carried what was sent so far
	last time.Duration // when the packet before arrives

	sent time.Duration // when the packet before was sent
	gap  time.Duration // smoothed between packets
	held hold

	packets, losses uint64
}

// hold is a time in which nothing more is sent, since what was lost before it keeps the window shut.
type hold struct{ from, until time.Duration }

// NewDirection returns one way of a link, which is limited to so many kbit/s (0: not at all). Two with the same arguments behave alike. The
// schedule of outages is the link's: phase is where in it time 0 lies.
func NewDirection(p Profile, kbps int, phase time.Duration, seed, stream uint64) *Direction {
	d := &Direction{
		rtt: p.RTT, jitter: p.Jitter / 2, loss: p.Loss / 100, queue: p.queue(), outage: outage{p.Flap, phase}, deadFrom: Never, kbps: kbps,
		rng: rand.New(rand.NewPCG(seed, stream)), gap: p.RTT,
	}
	d.burst = newBurst(p.Burst, rand.New(rand.NewPCG(seed, ^stream)))
	return d
}

// Die makes what is sent from a time on never arrive.
func (d *Direction) Die(from time.Duration) { d.deadFrom = from }

// Ready returns from when on a packet can be sent: at once, or when the queue has room for it.
func (d *Direction) Ready(now time.Duration, bytes int) time.Duration {
	return max(now, d.free-d.carries(max(d.queue-bytes-HeaderBytes, 0)))
}

// carries is for how long the link is busy with so many bytes.
func (d *Direction) carries(bytes int) time.Duration {
	if d.kbps == 0 {
		return 0
	}
	return time.Duration(int64(bytes) * 8 * int64(time.Millisecond) / int64(d.kbps))
}

// Send returns when a packet of so many bytes arrives: not before those sent before it, or [Never].
func (d *Direction) Send(now time.Duration, bytes int) time.Duration {
	d.follow(now)
	d.burst.forget(now)
	start := max(now, d.free)
	if start > d.held.from && start < d.held.until {
		start = d.held.until
	}
	d.free = start + d.carries(bytes+HeaderBytes)
	at := d.free
	d.packets++
	if at >= d.deadFrom || d.last == Never {
		d.last = Never
		return Never
	}
	if d.lost(at) {
		d.losses++
		if at = d.resent(at); at == Never || at >= d.deadFrom {
			d.last = Never
			return Never
		}
	}
	d.last = max(d.last, at+d.delay())
	return d.last
}

// follow smooths the gap between packets.
func (d *Direction) follow(now time.Duration) {
	if d.packets > 0 {
		d.gap += (min(now-d.sent, time.Second) - d.gap) / 8
	}
	d.sent = now
}

// delay draws the time on the way.
func (d *Direction) delay() time.Duration {
	way := d.rtt / 2
	if d.jitter > 0 {
		way += time.Duration((2*d.rng.Float64() - 1) * float64(d.jitter))
	}
	return way
}

// lost draws the fate of a transmission.
func (d *Direction) lost(at time.Duration) bool {
	if d.outage.down(at) {
		return true
	}
	p := d.loss
	if d.burst.at(at) {
		p = d.burst.loss
	}
	return p > 0 && d.rng.Float64() < p
}

// Losses returns how many packets were sent, and how many of them were lost at first.
func (d *Direction) Losses() (packets, lost uint64) { return d.packets, d.losses }
