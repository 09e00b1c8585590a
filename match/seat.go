package match

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/deltatick/deltatick/protocol"
)

// Seat is a place in a match, taken by a player or a spectator. It outlives connections. All methods may be called by any
// goroutine, never block, and do nothing once the seat is over.
type Seat struct {
	// Static after construction.
	id     SeatID // 0: spectator
	match  *Match
	member Member

	// Their own guards.
	inputRate, ackRate, strikes *rate.Limiter

	// Guarded by mu: what connections leave for the match's goroutine.
	mu     sync.Mutex
	link   Link
	inputs inputRing
	quanta []int32 // scratch of Input
	ack    uint32  // newest since the last tick, 0: none
	ackAt  time.Time
	resync bool
	over   bool // nothing is taken any more

	// Guarded by Match.mu.
	left bool

	// Owned by the match's goroutine.
	out       sending
	slack     int32     // of the newest input when this tick's was taken, in ms
	gone      bool      // left or expired: not served any more
	attached  bool      // had a connection once
	downSince time.Time // no connection since
	away      bool      // the game has been told
}

// sending is how far one connection has been brought.
type sending struct {
	link   Link
	packed bool    // its codec
	stream *stream // nil: the next snapshot is a keyframe
	flight flight
	pace   pace
	next   *Seat // of those who get the same body in this tick
}

// Member is who takes a seat.
type Member struct {
	User string
	Name string
	Out  Outbox
}

// How many dropped frames make a flood: this many at once, or this many a second for ever. A link that stalls for two seconds and
// then delivers everything stays well below.
const (
	strikeBurst = 240
	strikeRate  = 10
)

func newSeat(m *Match, id SeatID, member Member, now time.Time) *Seat {
	perSecond, burst := rate.Limit(m.cfg.TickRate), max(1, m.cfg.TickRate/4)
	fields := m.core.inputs.fields
	return &Seat{
		id: id, match: m, member: member,
		inputRate: rate.NewLimiter(perSecond, burst),
		ackRate:   rate.NewLimiter(perSecond, burst),
		strikes:   rate.NewLimiter(strikeRate, strikeBurst),
		inputs:    newInputRing(fields, m.cfg.TickRate),
		quanta:    make([]int32, len(fields)),
		downSince: now,
	}
}

// ID is the seat's number, 0 for a spectator.
func (s *Seat) ID() SeatID { return s.id }

// User is who sits there: [Member.User].
func (s *Seat) User() string { return s.member.User }

// Outbox is where the events of who sits there go: [Member.Out].
func (s *Seat) Outbox() Outbox { return s.member.Out }

// RoundTrip is the least time that a snapshot and its acknowledgement took lately, 0 until one is known, and for a spectator.
func (s *Seat) RoundTrip() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inputs.roundTrip
}

// MatchID is the name of the match the seat is in.
func (s *Seat) MatchID() string { return s.match.cfg.ID }

// Match is the match the seat is in.
func (s *Seat) Match() *Match { return s.match }

// Attach gives the seat a connection, in place of any it had. From the next tick on it gets an enter frame, a keyframe, then deltas.
func (s *Seat) Attach(link Link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.link, s.ack, s.resync = link, 0, false
	}
}

// Detach takes a connection away. It does nothing when the seat has another one by now, so a connection that ends late cannot
// take its successor with it.
func (s *Seat) Detach(link Link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link == link {
		s.link = nil
	}
}

// close takes nothing more and lets the connection go, which it returns.
func (s *Seat) close() Link {
	s.mu.Lock()
	defer s.mu.Unlock()
	link := s.link
	s.over, s.link = true, nil
	return link
}

// Leave gives the seat up for good: the game is told at the next tick, then the seat is free. The reason is told to the client.
func (s *Seat) Leave(reason string) {
	s.match.post(func() bool {
		if s.left {
			return false
		}
		s.left = true
		return true
	}, func() { s.match.unseat(s, reason) })
}

// Input takes an input frame that arrived at a time and has not been looked at. It asks the seat's limiter first, then checks and
// decodes. The errors are ErrRateLimited, ErrFlooding and ErrMalformed of package protocol, wrapped or plain; other
// drops are counted and nil.
func (s *Seat) Input(at time.Time, r *protocol.Reader, frame []byte) error {
	if !s.inputRate.AllowN(at, 1) {
		return s.strike(at, DropInputRate)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	head, err := r.Input(frame, s.quanta)
	if err != nil {
		return err
	}
	counters := s.match.cfg.Counters
	if head.Epoch != s.match.cfg.Epoch || s.id == 0 || s.over {
		counters.drop(DropInputStale)
		return nil
	}
	s.noteAck(at, head.Ack)
	for i, f := range s.match.core.inputs.fields {
		if !f.Holds(s.quanta[i]) {
			counters.drop(DropInputRange)
			return nil
		}
	}
	if why, dropped := s.inputs.put(head, at, s.quanta); dropped {
		counters.drop(why)
		return nil
	}
	counters.Inputs.Add(1)
	return nil
}

// Ack takes an acknowledgement, under the same rules as [Seat.Input].
func (s *Seat) Ack(at time.Time, r *protocol.Reader, frame []byte) error {
	if !s.ackRate.AllowN(at, 1) {
		return s.strike(at, DropAckRate)
	}
	if _, err := protocol.Check(frame, protocol.FromClient); err != nil {
		return err
	}
	ack, err := r.Ack(frame)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ack.Epoch != s.match.cfg.Epoch || s.over {
		s.match.cfg.Counters.drop(DropAckStale)
		return nil
	}
	s.noteAck(at, ack.Tick)
	return nil
}

// Resync takes a client's wish for a keyframe. The frame has passed protocol.Check.
func (s *Seat) Resync(_ time.Time, r *protocol.Reader, frame []byte) error {
	resync, err := r.Resync(frame)
	if err != nil {
		return err
	}
	if !s.wantKeyframe(resync.Epoch) {
		s.match.cfg.Counters.drop(DropResyncStale)
		return nil
	}
	s.match.cfg.Counters.Resyncs.Add(1)
	if resync.Reason == protocol.ResyncHash {
		s.match.cfg.Counters.Desyncs.Add(1)
		s.match.cfg.Logger.Warn("desync", "match", s.match.cfg.ID, "seat", s.id, "user", s.member.User)
	}
	return nil
}

// wantKeyframe reports false, and does nothing, when the seat is not what is meant.
func (s *Seat) wantKeyframe(epoch uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || epoch != s.match.cfg.Epoch {
		return false
	}
	s.resync = true
	return true
}

// noteAck needs mu.
func (s *Seat) noteAck(at time.Time, tick uint32) {
	if tick > s.ack {
		s.ack, s.ackAt = tick, at
	}
}

func (s *Seat) strike(at time.Time, why Drop) error {
	s.match.cfg.Counters.drop(why)
	if !s.strikes.AllowN(at, 1) {
		return fmt.Errorf("seat %d: %w", s.id, protocol.ErrFlooding)
	}
	return protocol.ErrRateLimited
}
