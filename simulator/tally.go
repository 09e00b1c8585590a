package simulator

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// tally is what one bot lived through. The client's goroutine writes most of it, the player's and the run's some.
type tally struct {
	window *window
	gauges *gauges
	called atomic.Uint64 // events of bots' own that were heard

	mu       sync.Mutex
	room     *client.Room // the current one; nil while offline or between matches
	match    string       // the newest one entered
	seat     int
	exited   bool      // the newest match is over for this bot, as matches end
	last     time.Time // newest snapshot in the current room; zero before the first
	lostAt   time.Time // when the last socket was lost; zero once snapshots came again
	from     time.Time // since when the current stretch of being seated counts
	seated   time.Duration
	count    int // snapshots while seated, in the window
	late     int // of which said that inputs come late
	seq      uint32
	oldest   time.Duration // age of the newest snapshot, at its worst
	stalls   int           // gaps between snapshots that were longer than stall
	clock    tickClock
	foretold client.PredictionStats // of all rooms
	notices  map[string]int
	heardOf  map[string]uint64 // number of the newest chat message heard, by user
	failures []Failure

	sent     []sentInput // by tick; nil before the first seat, which most bots of a lobby never have
	consumed uint32      // newest input known to be consumed
}

type sentInput struct {
	tick uint32
	at   time.Time
}

// sentTicks is for how many ticks back inputs are remembered.
const sentTicks = 256

// stall is the gap between snapshots that is counted: more than twice what interpolation usually waits for.
const stall = 150 * time.Millisecond

// maxFailures bounds what is remembered of one bot.
const maxFailures = 8

func (t *tally) fail(reason, format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failLocked(reason, format, args...)
}

func (t *tally) failLocked(reason, format string, args ...any) {
	if len(t.failures) < maxFailures {
		t.failures = append(t.failures, Failure{Reason: reason, Detail: fmt.Sprintf(format, args...)})
	}
}

// entered notes where the bot sits.
func (t *tally) entered(room *client.Room) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case room.Match == t.match && room.Seat != t.seat:
		t.failLocked(FailedSeat, "had seat %d of match %s, came back to seat %d", t.seat, t.match, room.Seat)
	case t.match != "" && room.Match != t.match && !t.exited:
		t.failLocked(FailedSeat, "was in match %s, came back to match %s", t.match, room.Match)
	case room.Seat == 0:
		t.failLocked(FailedSeat, "is a spectator of match %s", room.Match)
	}
	t.stand(time.Now())
	if room.Match != t.match {
		t.clock = tickClock{period: time.Second / time.Duration(room.TickRate)}
	}
	t.room, t.match, t.seat, t.exited = room, room.Match, room.Seat, false
	t.last, t.consumed = time.Time{}, 0
	if t.sent == nil {
		t.sent = make([]sentInput, sentTicks)
	}
	clear(t.sent)
}

// stand ends a stretch of being seated.
func (t *tally) stand(now time.Time) {
	if !t.from.IsZero() {
		t.seated += t.window.clip(t.from, now)
		t.from = time.Time{}
	}
	t.room = nil
}

func (t *tally) lost() {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.stand(now)
	if t.lostAt.IsZero() {
		t.lostAt = now
	}
}

func (t *tally) left(exit client.Exit, leaving bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stand(time.Now())
	if exit.Match == t.match {
		t.exited = true
	}
	if exit.Reason != "ended" && !leaving {
		t.failLocked(FailedSeat, "seat %d of match %s was over: %s", t.seat, exit.Match, exit.Reason)
	}
}

// sat is where the bot sits, or sat last.
func (t *tally) sat() (match string, seat int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.match, t.seat
}

// step is for a bot that has left its match by its own wish: the next seat may be another.
func (t *tally) step() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stand(time.Now())
	t.match, t.seat, t.lostAt = "", 0, time.Time{}
}

// setOut notes when the bot begins to come back.
func (t *tally) setOut(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lostAt = now
}

// goAway ends a visit: the next one is somebody else's.
func (t *tally) goAway() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stand(time.Now())
	t.match, t.seat, t.seq, t.lostAt = "", 0, 0, time.Time{}
	clear(t.heardOf)
}

// thought notes when an input is sent.
func (t *tally) thought(tick uint32, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sent != nil { // else the seat is not entered yet
		t.sent[tick%sentTicks] = sentInput{tick, now}
	}
	if age, ok := t.clock.age(now); ok && t.room != nil && t.window.contains(now) {
		t.gauges.age.add(age)
		t.oldest = max(t.oldest, age)
	}
}

// snapshot measures a view that arrived.
func (t *tally) snapshot(v *client.View) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := v.Arrived
	counts := t.window.contains(now)
	if t.last.IsZero() {
		t.from = now
		if !t.lostAt.IsZero() && t.window.contains(t.lostAt) {
			t.gauges.rejoin.add(now.Sub(t.lostAt))
		}
		t.lostAt = time.Time{}
	} else if counts {
		t.count++
		if t.window.contains(t.last) {
			t.gauges.interval.add(now.Sub(t.last))
			if now.Sub(t.last) > stall {
				t.stalls++
			}
		}
	}
	t.last = now
	t.due(v.Head)
	t.clock.saw(v.Tick, now) // after due, so that an arrival has the last word
	t.inputs(v.Head, now, counts)
}

// roundTrip notes the smallest one.
func (t *tally) roundTrip(least time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clock.way = least / 2
}

// due tells the clock what a snapshot that has consumed another input says of when ticks are due.
func (t *tally) due(head protocol.SnapshotHead) {
	if head.Input == 0 || head.Input == t.consumed || t.clock.began.IsZero() {
		return
	}
	early := time.Duration(head.Slack) * time.Millisecond
	newest, ok := t.clock.newestInput(head.Tick, early)
	if sent := t.sent[newest%sentTicks]; ok && sent.tick == newest {
		t.clock.due(newest, sent.at, early)
	}
}

func (t *tally) inputs(head protocol.SnapshotHead, now time.Time, counts bool) {
	if head.Input == 0 || t.consumed == head.Input {
		return
	}
	if counts {
		if head.Slack < 0 {
			t.late++
		}
		t.gauges.slack.add(time.Duration(head.Slack) * time.Millisecond)
	}
	// More than a ring's worth of ticks at once is a first snapshot: nothing is known of most of them.
	from := t.consumed + 1
	if head.Input-t.consumed > sentTicks {
		from = head.Input - sentTicks + 1
	}
	t.consumed = head.Input
	for tick := from; tick <= head.Input; tick++ {
		sent := t.sent[tick%sentTicks]
		if sent.tick == tick && counts && t.window.contains(sent.at) {
			t.gauges.latency.add(now.Sub(sent.at))
		}
	}
}

// event holds the client to its promise: each once and in order.
func (t *tally) event(ev protocol.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ev.Seq <= t.seq {
		t.failLocked(FailedEvents, "event %d after event %d", ev.Seq, t.seq)
	}
	t.seq = ev.Seq
}

func (t *tally) notice(code string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.notices == nil {
		t.notices = map[string]int{}
	}
	t.notices[code]++
}

// present reports whether the bot sits where it sat and has been served there since a time.
func (t *tally) present(since time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.room != nil && t.last.After(since)
}

// rise ends the last stretch of being seated, at the end of the run.
func (t *tally) rise() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stand(time.Now())
}

// standing is for the live line.
func (t *tally) standing() (served, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.room != nil && !t.last.IsZero(), len(t.failures) > 0
}
