package match

import "github.com/deltatick/deltatick/protocol"

// Recorder takes down what a match does, so that it can be shown and made again: package recording has one that writes files. Its
// methods are called by the match's goroutine, so they must neither block nor keep anything they are given beyond the call, but for
// what [RecordHead] holds, which does not change any more.
type Recorder interface {
	// Begin is called once, before the first tick.
	Begin(head RecordHead)
	// Tick is called after each tick's step, and for the tick in which the game broke.
	Tick(t *TickRecord)
	// End is called once, when the match is over.
	End(result Result)
}

// RecordHead is what a recording needs to know before the first tick.
type RecordHead struct {
	Match      string // its id
	Game       string // Kind.Name
	Title      string // Kind.Title
	Settings   Settings
	Seed       uint64
	TickRate   int // Hz
	MaxPlayers int
	Schema     protocol.Schema
	Inputs     protocol.Fields

	// What follows is for a recording that begins in the middle of its match, as that of a restored match does.
	Start      uint32   // the tick before its first
	Players    []Player // who sat there then
	Checkpoint []byte   // from which the match can be made again: what [Restore] was given; nil: none
}

// TickRecord is one tick: what made it, and what came of it.
type TickRecord struct {
	Tick     uint32
	Acts     []Act      // what the game met before its step, in order
	Events   []SimEvent // what it emitted, in order
	Snapshot *protocol.Snapshot
	Broken   bool // the game panicked in this tick: Events and Snapshot say nothing
}

// Act is something that a game meets before a tick's step: a call that is made to it, or the input that is put in force for a seat.
// The order of a tick's acts is part of it, because a game may look at inputs and players in any call.
type Act struct {
	Kind     ActKind
	Seat     SeatID   // whose; 0 for ActConfigure
	Player   Player   // of ActJoin: who sits down
	Settings Settings // of ActConfigure: all of them
	Age      int      // of ActInput: for how many ticks it has been repeated, from 0
	Seen     uint32   // of ActInput: the tick of the world that its player saw, as [Tick.Seen] has it before its bounds; 0: not known
	Quanta   []int32  // of ActInput: one for each input field
}

// ActKind says what an [Act] is. The numbers are those of recordings.
type ActKind uint8

// The kinds.
const (
	ActJoin ActKind = iota
	ActLeave
	ActAway
	ActBack
	ActConfigure
	ActInput
	actKinds
)

// String is the kind as people and JSON see it.
func (k ActKind) String() string {
	if k >= actKinds {
		return "unknown"
	}
	return [...]string{"join", "leave", "away", "back", "configure", "input"}[k]
}

// note takes down an act when the match is recorded.
func (c *core) note(a Act) {
	if c.record != nil {
		c.record.Acts = append(c.record.Acts, a)
	}
}

// noteInput takes down the input that is in force for a seat, if there is one.
func (c *core) noteInput(seat SeatID) {
	if slot := &c.inputs.bySeat[seat]; slot.age >= 0 {
		c.note(Act{Kind: ActInput, Seat: seat, Age: slot.age, Seen: slot.seen, Quanta: slot.quanta})
	}
}

// recordHead is what the match tells its recorder first.
func (m *Match) recordHead() RecordHead {
	head := RecordHead{
		Match: m.cfg.ID, Game: m.cfg.Kind.Name, Title: m.cfg.Kind.Title, Settings: m.cfg.Settings, Seed: m.cfg.Seed,
		TickRate: m.cfg.TickRate, MaxPlayers: m.cfg.MaxPlayers, Schema: m.core.schema, Inputs: m.core.inputs.fields,
		Start: m.core.tick, Checkpoint: m.checkpoint,
	}
	for _, p := range m.core.players {
		if p.Seat != 0 {
			head.Players = append(head.Players, p)
		}
	}
	m.checkpoint = nil
	return head
}

// recordTick tells the recorder about the tick that has been made.
func (m *Match) recordTick() {
	r := m.core.record
	if r == nil {
		return
	}
	r.Tick, r.Broken = m.core.tick, m.fault != nil
	r.Events, r.Snapshot = r.Events[:0], nil
	if !r.Broken {
		r.Snapshot = m.core.at(m.core.tick)
		for _, e := range m.core.outbox {
			r.Events = append(r.Events, SimEvent{m.core.tick, e.to, e.name, e.payload})
		}
	}
	m.cfg.Record.Tick(r)
}
