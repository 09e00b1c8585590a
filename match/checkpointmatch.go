package match

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// savedMatch is what a checkpoint of a match holds besides its core. That of a [Sim] holds none of it.
type savedMatch struct {
	ID    string
	Epoch uint32
	Seats []savedSeat // of players, in the order in which they came
}

type savedSeat struct {
	ID   SeatID
	Ring savedRing
}

// savedRing is an inputRing without its times, which are another machine's.
type savedRing struct {
	Waiting    []savedInput // for ticks that have not been run
	Held       uint32
	HeldSeen   uint32
	HeldQuanta []int32
	HeldNew    bool
	Pressed    uint32
	Newest     uint32
	Slack      int32
}

type savedInput struct {
	Tick, Seen uint32
	Quanta     []int32
}

// Capture is the state of a match after a tick, of which a checkpoint can be made while the match goes on.
type Capture struct {
	tick  uint32
	err   error                  // the state could not be copied; then bytes is nil
	bytes func() ([]byte, error) // shared by all who want it; for their goroutines
}

// Tick is the tick that it is after.
func (c Capture) Tick() uint32 { return c.tick }

// Err is that of a game whose state cannot even be copied: see [Checkpointer]. A hand-over has come to nothing then, and the match goes on.
func (c Capture) Err() error { return c.err }

// Bytes makes the checkpoint, by the goroutine that calls. The errors are those of a game whose state cannot be kept: see [Checkpointer].
func (c Capture) Bytes() ([]byte, error) {
	if c.err != nil {
		return nil, c.err
	}
	return c.bytes()
}

// Checkpoint returns the match as it is after the next tick, for [Restore] on another machine or in another process, or for [RestoreSim].
// The match's goroutine only copies its state, between two ticks; the caller's makes bytes of it and compresses them. Spectators are no
// part of it, and neither are events that players have not got yet. Errors: ErrOver, ctx's, and those of a game whose state cannot be
// kept, which goes on all the same: see [Checkpointer].
func (m *Match) Checkpoint(ctx context.Context) ([]byte, error) {
	answer := make(chan Capture, 1)
	if err := m.Capture(answer); err != nil {
		return nil, err
	}
	select {
	case got := <-answer:
		return got.Bytes()
	case <-m.done:
		return nil, ErrOver
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Capture is [Match.Checkpoint] for who does not wait: the state after the next tick is sent to a channel, which must have room for it. Nothing is sent if
// the match is over before that. Errors: ErrOver.
func (m *Match) Capture(to chan<- Capture) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over {
		return ErrOver
	}
	m.wanted = append(m.wanted, to)
	return nil
}

// giveCheckpoint answers all who want a checkpoint with the same one. It reports whether it is the last, because the match goes on from it elsewhere.
func (m *Match) giveCheckpoint(wanted []chan<- Capture, handOver bool) (last bool) {
	if len(wanted) == 0 {
		return false
	}
	k, err := m.core.capture()
	answer := Capture{tick: m.core.tick, err: err}
	if err == nil {
		k.match = m.save()
		answer.bytes = sync.OnceValues(k.bytes)
	}
	if handOver {
		last = err == nil
		m.leave(last)
	}
	for _, to := range wanted {
		to <- answer
	}
	return last
}

func (m *Match) save() savedMatch {
	saved := savedMatch{ID: m.cfg.ID, Epoch: m.cfg.Epoch}
	for _, s := range m.seated {
		if s.id == 0 || s.gone {
			continue
		}
		s.mu.Lock()
		saved.Seats = append(saved.Seats, savedSeat{s.id, s.inputs.save()})
		s.mu.Unlock()
	}
	return saved
}

func (r *inputRing) save() savedRing {
	saved := savedRing{
		Held: r.held, HeldSeen: r.heldSeen, HeldQuanta: slices.Clone(r.heldQuanta), HeldNew: r.heldNew,
		Pressed: r.pressed, Newest: r.newest, Slack: r.slack,
	}
	for i, tick := range r.ticks {
		if tick >= r.next {
			saved.Waiting = append(saved.Waiting, savedInput{tick, r.seen[i], slices.Clone(r.at(i))})
		}
	}
	return saved
}

// load goes on where another ring was after a tick. What it is given has been checked.
func (r *inputRing) load(saved savedRing, tick uint32) {
	r.next = tick + 1
	r.held, r.heldSeen, r.heldNew = saved.Held, saved.HeldSeen, saved.HeldNew
	copy(r.heldQuanta, saved.HeldQuanta)
	r.pressed, r.newest, r.slack = saved.Pressed, saved.Newest, saved.Slack
	for _, in := range saved.Waiting {
		i := int(in.Tick % uint32(len(r.ticks)))
		r.ticks[i], r.seen[i] = in.Tick, in.Seen
		copy(r.at(i), in.Quanta)
	}
}

// check holds the seats against the core's players.
func (m *savedMatch) check(c *core) error {
	if len(m.ID) > protocol.MaxIdentBytes {
		return fmt.Errorf("match id of %d bytes", len(m.ID))
	}
	taken := make([]bool, len(c.players))
	for _, s := range m.Seats {
		if int(s.ID) >= len(taken) || taken[s.ID] || c.players[s.ID].Seat == 0 {
			return fmt.Errorf("seat %d is taken, or there is none", s.ID)
		}
		taken[s.ID] = true
		if err := s.Ring.check(c); err != nil {
			return fmt.Errorf("seat %d: %w", s.ID, err)
		}
	}
	return nil
}

func (r *savedRing) check(c *core) error {
	if err := c.inputs.check(r.Held, r.HeldQuanta); err != nil {
		return err
	}
	if r.Held > c.tick || len(r.Waiting) > c.rate {
		return fmt.Errorf("held input of tick %d, and %d that wait", r.Held, len(r.Waiting))
	}
	for f := range 32 {
		if r.Pressed>>f&1 != 0 && (f >= len(c.inputs.fields) || c.inputs.fields[f].Kind != protocol.FieldBool) {
			return fmt.Errorf("input field %d is no button", f)
		}
	}
	for _, in := range r.Waiting {
		if err := c.inputs.check(in.Tick, in.Quanta); err != nil {
			return err
		}
		if in.Tick <= c.tick || in.Tick > c.tick+uint32(c.rate) {
			return fmt.Errorf("input waits for tick %d", in.Tick)
		}
	}
	return nil
}

// Restore makes the match that a checkpoint is of, under a higher epoch. Like [New] it starts nothing: Run goes on with the tick after.
//
// Of cfg, Settings, Seed, TickRate and MaxPlayers are not looked at, because the checkpoint has them. The ID is the checkpoint's unless cfg
// has one, and the epoch one more than its unless cfg has one, which must be higher. Players sit where they sat and are away, as
// the game is told in the first tick if it did not know; their grace begins anew. The host finds them among the seats returned, by [Seat.ID] and
// [Seat.User], and gives them their connections with [Seat.Attach]: these get an enter frame with the new epoch, a keyframe, then
// deltas. outboxOf says where a player's events go; what it returns nil for, and everything if it is nil, is dropped. Spectators come
// again by [Match.Watch].
//
// Errors wrap [ErrCheckpoint], [ErrOtherGame] or, when the game had ended the match, [ErrOver], or are those of New.
func Restore(cfg Config, checkpoint []byte, outboxOf func(seat SeatID, user string) Outbox) (*Match, []*Seat, error) {
	r, err := reopen(cfg.Kind, checkpoint)
	if err != nil {
		return nil, nil, err
	}
	if r.core.ended != nil {
		return nil, nil, ErrOver
	}
	cfg.ID = cmp.Or(cfg.ID, r.match.ID)
	cfg.Epoch = cmp.Or(cfg.Epoch, r.match.Epoch+1)
	if cfg.Epoch <= r.match.Epoch {
		return nil, nil, fmt.Errorf("match of %s: epoch %d does not follow on epoch %d", cfg.Kind.Name, cfg.Epoch, r.match.Epoch)
	}
	c := r.core
	cfg.Settings, cfg.Seed, cfg.TickRate, cfg.MaxPlayers = c.settings, c.cfg.seed, c.rate, c.cfg.maxPlayers
	if cfg, err = cfg.withDefaults(); err != nil {
		return nil, nil, err
	}
	m, err := newMatch(cfg, c)
	if err != nil {
		return nil, nil, err
	}
	m.outboxOf = outboxOf
	if cfg.Record != nil {
		m.checkpoint = checkpoint
	}
	return m, m.reseat(r.match.Seats), nil
}

// reseat gives the players of a restored core their seats.
func (m *Match) reseat(saved []savedSeat) []*Seat {
	now := m.cfg.Now()
	for _, s := range saved {
		m.reseatOne(s.ID, now).inputs.load(s.Ring, m.core.tick)
	}
	for id, p := range m.core.players { // those of a Sim's checkpoint
		if p.Seat != 0 && m.bySeat[id] == nil {
			m.reseatOne(p.Seat, now).inputs.next = m.core.tick + 1
		}
	}
	return slices.Clone(m.seated)
}

func (m *Match) reseatOne(id SeatID, now time.Time) *Seat {
	p := m.core.players[id]
	member := Member{User: p.User, Name: p.Name}
	if m.outboxOf != nil {
		member.Out = m.outboxOf(id, p.User)
	}
	if member.Out == nil {
		member.Out = nowhereToTell{}
	}
	s := newSeat(m, id, member, now)
	s.attached, s.away = true, p.Away
	m.bySeat[id] = s
	m.seated = append(m.seated, s)
	return s
}

// nowhereToTell is the outbox of a player for whom the host has none.
type nowhereToTell struct{}

func (nowhereToTell) Emit(string, string, []byte, uint32) {}
