package match

import (
	"fmt"
	"maps"

	"github.com/deltatick/deltatick/protocol"
)

// Sim runs a game without goroutines, clocks and connections: joins, inputs and steps happen when they are called. It is what
// tests of games are written with, and it makes the very worlds that a [Match] makes of the same calls. Not safe for
// concurrent use.
type Sim struct {
	kind   Kind
	core   *core
	events []SimEvent
	open   bool // the next tick has begun: joins and leaves belong to it
}

// SimConfig configures a [Sim]. The zero value is usable.
type SimConfig struct {
	Seed       uint64
	TickRate   int      // Hz; default 60
	MaxPlayers int      // default: the kind's
	Settings   Settings // completed with the kind's defaults
}

// SimEvent is an event that the game emitted.
type SimEvent struct {
	Tick    uint32
	To      SeatID // 0: everyone
	Name    string
	Payload []byte // msgpack: decode it with protocol.Decode
}

// NewSim sets a game up. Errors are those of [Kind.Checked] and [Kind.Complete].
func NewSim(kind Kind, cfg SimConfig) (*Sim, error) {
	kind, err := kind.withDefaults()
	if err != nil {
		return nil, err
	}
	settings, err := kind.Complete(cfg.Settings)
	if err != nil {
		return nil, err
	}
	if cfg.TickRate == 0 {
		cfg.TickRate = defaultTickRate
	}
	c, err := newCore(coreConfig{kind, settings, cfg.Seed, cfg.TickRate, cfg.MaxPlayers})
	if err != nil {
		return nil, err
	}
	return &Sim{kind: kind, core: c}, nil
}

func (s *Sim) begin() {
	if !s.open {
		s.core.begin()
		s.open = true
	}
}

// Game is the game instance, for looking into its tables.
func (s *Sim) Game() Game { return s.core.game }

// Join seats a player in the lowest free seat. It fails when the match is full, and with a [*PanicError] when the game panics.
func (s *Sim) Join(name string) (SeatID, error) {
	s.begin()
	for seat := 1; seat < len(s.core.players); seat++ {
		if s.core.players[seat].Seat == 0 {
			id := SeatID(seat)
			return id, s.core.join(Player{Seat: id, User: fmt.Sprintf("sim-%d", seat), Name: name})
		}
	}
	return 0, ErrFull
}

// check refuses a seat in which nobody sits.
func (s *Sim) check(seat SeatID) error { return s.core.check(seat) }

// Leave frees a seat. Like all methods that name one, it fails with [ErrNoSeat] when nobody sits there.
func (s *Sim) Leave(seat SeatID) error {
	if err := s.check(seat); err != nil {
		return err
	}
	s.begin()
	return s.core.leave(seat)
}

// SetAway tells the game that a player's connection went down or came back.
func (s *Sim) SetAway(seat SeatID, away bool) error {
	if err := s.check(seat); err != nil {
		return err
	}
	s.begin()
	return s.core.setAway(seat, away)
}

// Configure changes settings, as a lobby's host does during a match: those that are not given stay as they are.
func (s *Sim) Configure(given Settings) error {
	all := maps.Clone(s.core.settings)
	maps.Copy(all, given)
	all, err := s.kind.Complete(all)
	if err != nil {
		return err
	}
	s.begin()
	return s.core.configure(all)
}

// Input sets the input of a seat for the next step; later steps repeat it. input is a value of the type the game gave to
// [AddInputs]; it is quantised as on the wire.
func (s *Sim) Input(seat SeatID, input any) error { return s.InputSeen(seat, input, 0) }

// InputSeen is [Sim.Input] of a player who saw the world of an earlier tick when giving it: what [Tick.Seen] says, within its bounds. 0 is
// the newest tick.
func (s *Sim) InputSeen(seat SeatID, input any, seen uint32) error {
	if err := s.check(seat); err != nil {
		return err
	}
	quanta, err := s.core.inputs.encode(input)
	if err != nil {
		return err
	}
	slot := &s.core.inputs.bySeat[seat]
	copy(slot.quanta, quanta)
	slot.tick, slot.age, slot.seen = s.core.tick+1, -1, seen
	if s.open {
		slot.tick = s.core.tick
	}
	return nil
}

// Step makes one tick. It returns a [*PanicError] when the game panics.
func (s *Sim) Step() error {
	s.begin()
	for i := range s.core.inputs.bySeat {
		if slot := &s.core.inputs.bySeat[i]; slot.tick != 0 {
			slot.age = int(s.core.tick - slot.tick)
			if slot.age > 0 && slot.seen != 0 {
				slot.seen++
			}
		}
	}
	return s.step()
}

func (s *Sim) step() error {
	s.open = false
	err := s.core.step()
	for _, e := range s.core.outbox {
		s.events = append(s.events, SimEvent{s.core.tick, e.to, e.name, e.payload})
	}
	return err
}

// Checkpoint returns all that decides what comes next, as bytes from which [RestoreSim] goes on. It changes nothing. It fails between
// a join, leave or the like and the step of the same tick, and for a game whose state cannot be kept: see [Checkpointer].
func (s *Sim) Checkpoint() ([]byte, error) {
	if s.open {
		return nil, fmt.Errorf("checkpoint: the tick has begun and must be stepped first")
	}
	k, err := s.core.capture()
	if err != nil {
		return nil, err
	}
	return k.bytes()
}

// RestoreSim makes the simulation that a checkpoint is of, which goes on as the original does. The checkpoint may be of a [Match].
// Errors wrap [ErrCheckpoint] or [ErrOtherGame], or are those of [NewSim].
func RestoreSim(kind Kind, checkpoint []byte) (*Sim, error) {
	r, err := reopen(kind, checkpoint)
	if err != nil {
		return nil, err
	}
	return &Sim{kind: r.core.cfg.kind, core: r.core}, nil
}

// Tick is the number of the last tick made.
func (s *Sim) Tick() uint32 {
	if s.open {
		return s.core.tick - 1
	}
	return s.core.tick
}

// Snapshot is the world after the last step, good until 127 more steps; nil before the first.
func (s *Sim) Snapshot() *protocol.Snapshot { return s.core.at(s.Tick()) }

// SeenBy is what a seat sees of the world after the last step, 0 being a spectator's. It is good until the next call of a method that
// changes anything. Who is in view by Interest goes by the steps after which it is asked. It fails with [ErrNoSeat] when nobody sits there, with a
// [*PanicError] when the game panics, and between a join or the like and the step that it belongs to.
func (s *Sim) SeenBy(seat SeatID) (*protocol.Snapshot, error) {
	if seat != 0 {
		if err := s.check(seat); err != nil {
			return nil, err
		}
	}
	if s.open || s.core.tick == 0 {
		return nil, fmt.Errorf("seat %d: there is no world to see before the next step", seat)
	}
	seats := [...]SeatID{seat}
	if err := s.core.guard(func() { s.core.views.look(seats[:]) }); err != nil {
		return nil, err
	}
	return s.core.views.of(seat).shot.snap, nil
}

// Schema describes the world.
func (s *Sim) Schema() protocol.Schema { return s.core.schema }

// Inputs describes what players send.
func (s *Sim) Inputs() protocol.Fields { return s.core.inputs.fields }

// Hash is the view hash of the world after the last step; 0 before the first.
func (s *Sim) Hash() uint32 {
	snap := s.Snapshot()
	if snap == nil {
		return 0
	}
	return protocol.Hash(snap, s.core.schema)
}

// Clamped counts the values that did not fit their field's range so far.
func (s *Sim) Clamped() uint64 { return s.core.clamped }

// Events returns what was emitted since the last call.
func (s *Sim) Events() []SimEvent {
	events := s.events
	s.events = nil
	return events
}

// Ended reports whether the game has ended the match, and the msgpack of its result, for protocol.Decode.
func (s *Sim) Ended() (result []byte, ended bool) { return s.core.ended, s.core.ended != nil }
