package match

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"

	"github.com/deltatick/deltatick/match/state"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/tick"
)

// core is a match without its surroundings: a game, its world and its history. It knows no time, no goroutines and no
// connections, so that the same calls always give the same world.
type core struct {
	cfg      coreConfig // as the game was set up with; settings are those of then
	game     Game
	settings Settings // as they are now
	rate     int
	rewind   uint32 // ticks that a game can look back
	pcg      *rand.PCG
	rand     *rand.Rand
	tables   []source
	schema   protocol.Schema
	inputs   inputSlots

	tick    uint32
	players []Player // index: seat; Seat is 0 where it is free
	history [protocol.RingTicks]*protocol.Snapshot
	views   *views
	outbox  []emitted   // events of this tick, in order
	ended   []byte      // result, once the game has ended the match
	handle  Tick        // what the game is given: always the same, so that a tick allocates nothing
	clamped uint64      // values cut to their field's range
	faults  []error     // of Setup
	record  *TickRecord // of this tick; nil: nobody records the match

	parts []savedPart // what a checkpoint is held against; nil until there is one
	plan  *state.Plan // of the game's own struct, if the game does not keep it by hand
	past  *pastKeeper // of checkpoints
}

// source is what the core needs of a table of any type.
type source interface {
	schema() protocol.TableSchema
	visibility() *visibility
	quantise(rows *protocol.Rows) (clamped int)
	save() (savedTable, error)
	load(savedTable) error
	layout() (uint64, error)
}

type emitted struct {
	to      SeatID // 0: everyone
	name    string
	payload []byte
}

type coreConfig struct {
	kind       Kind
	settings   Settings
	seed       uint64
	rate       int
	maxPlayers int
}

// PanicError is a panic of a game's code.
type PanicError struct {
	Value any
	Stack []byte
}

// Error gives the panic's value; the stack is for the log.
func (e *PanicError) Error() string { return fmt.Sprintf("game panicked: %v", e.Value) }

// newCore sets a game up. Errors name the table and field at fault.
func newCore(cfg coreConfig) (*core, error) {
	if cfg.maxPlayers == 0 {
		cfg.maxPlayers = cfg.kind.MaxPlayers
	}
	pcg := rand.NewPCG(cfg.seed, 0x6465_6c74_6174_6963)
	c := &core{
		cfg:      cfg,
		game:     cfg.kind.New(),
		settings: cfg.settings,
		rate:     cfg.rate,
		rewind:   min(tick.Floor(cfg.kind.MaxRewind, cfg.rate), protocol.RingTicks-1), // as far as the ring holds them
		pcg:      pcg,
		rand:     rand.New(pcg),
		players:  make([]Player, cfg.maxPlayers+1),
	}
	c.handle.core = c
	setup := &Setup{Seed: cfg.seed, TickRate: cfg.rate, MaxPlayers: cfg.maxPlayers, Settings: cfg.settings, core: c}
	err := c.guard(func() {
		if err := c.game.Setup(setup); err != nil {
			c.fault(err)
		}
	})
	if err != nil {
		c.fault(err)
	}
	if err := c.schema.Validate(); err != nil {
		c.fault(err)
	}
	for i, t := range c.tables {
		if err := t.visibility().check(c.schema[i], c.game); err != nil {
			c.fault(err)
		}
	}
	if len(c.faults) > 0 {
		return nil, fmt.Errorf("game %s: %w", cfg.kind.Name, errors.Join(c.faults...))
	}
	c.inputs.reset(cfg.maxPlayers)
	for i := range c.history {
		c.history[i] = protocol.NewSnapshot(c.schema)
	}
	c.views = newViews(c)
	c.past = newPastKeeper(c.schema)
	return c, nil
}

func (c *core) fault(err error) { c.faults = append(c.faults, err) }

func (c *core) addTable(t source) {
	c.tables = append(c.tables, t)
	c.schema = append(c.schema, t.schema())
}

// guard runs game code and turns a panic into an error.
func (c *core) guard(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	f()
	return nil
}

// begin opens the next tick: what happens from now on belongs to it.
func (c *core) begin() {
	c.tick++
	c.outbox = c.outbox[:0]
	if c.record != nil {
		c.record.Acts = c.record.Acts[:0]
	}
}

func (c *core) join(p Player) error {
	c.note(Act{Kind: ActJoin, Seat: p.Seat, Player: p})
	c.players[p.Seat] = p
	c.inputs.clear(p.Seat)
	return c.guard(func() { c.game.Join(&c.handle, p) })
}

func (c *core) leave(seat SeatID) error {
	c.note(Act{Kind: ActLeave, Seat: seat})
	p := c.players[seat]
	c.players[seat] = Player{}
	c.inputs.clear(seat)
	return c.guard(func() { c.game.Leave(&c.handle, p) })
}

func (c *core) setAway(seat SeatID, away bool) error {
	kind := ActBack
	if away {
		kind = ActAway
	}
	c.note(Act{Kind: kind, Seat: seat})
	c.players[seat].Away = away
	handler, ok := c.game.(AwayHandler)
	if !ok {
		return nil
	}
	p := c.players[seat]
	return c.guard(func() {
		if away {
			handler.Away(&c.handle, p)
		} else {
			handler.Back(&c.handle, p)
		}
	})
}

func (c *core) configure(s Settings) error {
	c.note(Act{Kind: ActConfigure, Settings: s})
	c.settings = s
	if game, ok := c.game.(Configurer); ok {
		return c.guard(func() { game.Configure(&c.handle, s) })
	}
	return nil
}

// step runs the game's step and quantises the world it leaves.
func (c *core) step() error {
	if err := c.guard(func() { c.game.Step(&c.handle) }); err != nil {
		return err
	}
	c.quantise()
	return nil
}

// quantise makes the snapshot of the present tick.
func (c *core) quantise() {
	snap := c.history[c.tick%protocol.RingTicks]
	snap.Reset(c.tick)
	for i, t := range c.tables {
		c.clamped += uint64(t.quantise(&snap.Tables[i]))
	}
	c.views.begin(snap)
}

// at is the snapshot of a tick, or nil when it is not in the ring any more.
func (c *core) at(tick uint32) *protocol.Snapshot {
	if snap := c.history[tick%protocol.RingTicks]; tick != 0 && snap.Tick == tick {
		return snap
	}
	return nil
}

func (c *core) emit(to SeatID, name string, payload any) {
	if !protocol.ValidIdent(name) || name == protocol.EventExit {
		panic(fmt.Errorf("event name %q is reserved or not an identifier", name))
	}
	c.outbox = append(c.outbox, emitted{to, name, encoded("event "+name, payload)})
}

// encoded is what a game wants to tell, as msgpack. It panics, as the caller promises, on what cannot be told.
func encoded(what string, v any) []byte {
	raw, err := protocol.Encode(v)
	if err != nil {
		panic(fmt.Errorf("%s: %w", what, err))
	}
	if len(raw) > protocol.MaxPayload {
		panic(fmt.Errorf("%s: %d bytes, at most %d", what, len(raw), protocol.MaxPayload))
	}
	return raw
}

// takeClamped returns how many values were cut to their range since the last call.
func (c *core) takeClamped() uint64 {
	n := c.clamped
	c.clamped = 0
	return n
}
