package match

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"unsafe"

	"github.com/deltatick/deltatick/match/state"
	"github.com/deltatick/deltatick/protocol"
)

// Checkpointer is implemented by games whose state the match cannot keep by itself.
//
// Of other games a checkpoint holds every field of the game's struct, unexported ones too, except its tables and inputs (which the match
// keeps) and fields tagged `state:"-"`; package state says which types that can be, and what a pointer needs. A restored game
// is made by Kind.New and Setup, with the settings and the seed of then; after that all that was kept is put in its place. Rows
// that Setup spawned are where Setup put them, so that a pointer to one, in a field that is not kept, stays good.
type Checkpointer interface {
	// Checkpoint returns the game's own state, without its tables. It is called between two ticks and changes nothing.
	Checkpoint() ([]byte, error)
	// Restore takes what Checkpoint returned, in a game that has been set up and has its rows back. The bytes may be anyone's.
	Restore(data []byte) error
}

// checkpointHead says what a checkpoint is of. All that it is held against is known before the rest is read.
type checkpointHead struct {
	Kind       string
	Seed       uint64
	TickRate   int
	MaxPlayers int
	First      []savedSetting // of Setup
	Now        []savedSetting
	Parts      []savedPart
}

type savedSetting struct {
	Name  string
	Value int
}

// savedPart is something whose layout must be what it was.
type savedPart struct {
	Name   string
	Layout uint64
}

// savedCore is all that decides what comes next.
type savedCore struct {
	Tick    uint32
	Hash    uint32 // of the world
	Random  []byte
	Players []Player
	Inputs  []inputSlot
	Tables  []savedTable
	Game    []byte
	Ended   []byte
	Past    [][]byte // snapshot frames of the ticks before, as far as the game can look back, each a delta from the one before it
}

// savedTable is a table's rows, one after another.
type savedTable struct {
	Last EntityID
	IDs  []EntityID
	Rows []byte
}

// capture is a checkpoint whose memory is its own, so that who wants it can make bytes of it, once, while the match goes on.
type capture struct {
	head   checkpointHead
	core   savedCore
	past   []*protocol.Snapshot // the keeper's
	keeper *pastKeeper
	match  savedMatch
	views  []savedView
}

// capture copies the state between two ticks.
func (c *core) capture() (*capture, error) {
	if err := c.planCheckpoints(); err != nil {
		return nil, err
	}
	random, err := c.pcg.MarshalBinary()
	if err != nil {
		return nil, err
	}
	k := &capture{keeper: c.past, views: c.views.save(), head: checkpointHead{
		Kind: c.cfg.kind.Name, Seed: c.cfg.seed, TickRate: c.rate, MaxPlayers: c.cfg.maxPlayers,
		First: c.cfg.kind.saveSettings(c.cfg.settings), Now: c.cfg.kind.saveSettings(c.settings), Parts: c.parts,
	}, core: savedCore{
		Tick: c.tick, Random: random, Players: append([]Player(nil), c.players...), Ended: c.ended,
		Inputs: make([]inputSlot, len(c.inputs.bySeat)), Tables: make([]savedTable, len(c.tables)),
	}}
	for i, slot := range c.inputs.bySeat {
		slot.quanta = append([]int32(nil), slot.quanta...)
		k.core.Inputs[i] = slot
	}
	for i, t := range c.tables {
		if k.core.Tables[i], err = t.save(); err != nil {
			return nil, err
		}
	}
	if k.core.Game, err = c.saveGame(); err != nil {
		return nil, err
	}
	k.past = make([]*protocol.Snapshot, 0, min(c.tick, c.rewind)+1)
	// The last of these is the world as it is, which is made again from the rows and only has to be the same.
	for tick := c.tick - min(c.tick, c.rewind); tick <= c.tick; tick++ {
		if snap := c.at(tick); snap != nil {
			k.past = append(k.past, c.past.copyOf(snap))
		}
	}
	return k, nil
}

// planCheckpoints finds out, once, how the game is kept: the layouts of its world, its inputs and itself.
func (c *core) planCheckpoints() error {
	if c.parts != nil {
		return nil
	}
	parts := make([]savedPart, 0, len(c.tables)+2)
	for i, t := range c.tables {
		layout, err := t.layout()
		if err != nil {
			return err
		}
		parts = append(parts, savedPart{"table " + c.schema[i].Name, layout})
	}
	parts = append(parts, savedPart{"inputs", layoutOf(c.inputs.fields)})
	if _, byHand := c.game.(Checkpointer); byHand {
		c.parts = append(parts, savedPart{"game by hand", 0})
		return nil
	}
	var err error
	if c.plan, err = planGame(c.game); err != nil {
		return err
	}
	c.parts = append(parts, savedPart{"game", c.plan.Layout()})
	return nil
}

// layoutOf is a hash of what travels.
func layoutOf(fields protocol.Fields) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%+v", fields) // it never fails
	return h.Sum64()
}

var handles = reflect.TypeFor[interface{ madeBySetup() }]()

func (*Table[T]) madeBySetup()  {}
func (*Inputs[I]) madeBySetup() {}

// planGame is how a game's own struct is kept, without the handles that Setup gave it.
func planGame(game Game) (*state.Plan, error) {
	t := reflect.TypeOf(game)
	if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("checkpoint: %s is neither a pointer to a struct nor a Checkpointer", t)
	}
	plan, err := state.PlanWithout(t.Elem(), func(t reflect.Type) bool { return t.Implements(handles) })
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return plan, nil
}

func (c *core) saveGame() (data []byte, err error) {
	if c.plan != nil {
		return c.plan.Append(nil, reflect.ValueOf(c.game).UnsafePointer())
	}
	game := c.game.(Checkpointer)
	if fault := c.guard(func() { data, err = game.Checkpoint() }); fault != nil {
		return nil, fault
	}
	return data, err
}

func (k Kind) saveSettings(s Settings) []savedSetting {
	saved := make([]savedSetting, len(k.Settings))
	for i := range saved {
		name := k.Settings[i].Name
		saved[i] = savedSetting{name, s[name]}
	}
	return saved
}

func (t *Table[T]) rowPlan() (*state.Plan, error) {
	plan, err := state.PlanOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("checkpoint: table %s: %w", t.name, err)
	}
	return plan, nil
}

// layout is a hash of a row as it is kept, and as it travels, which the past needs.
func (t *Table[T]) layout() (uint64, error) {
	plan, err := t.rowPlan()
	if err != nil {
		return 0, err
	}
	return plan.Layout() ^ layoutOf(t.plan.Fields), nil
}

func (t *Table[T]) save() (saved savedTable, err error) {
	plan, err := t.rowPlan()
	if err != nil {
		return saved, err
	}
	saved = savedTable{Last: t.last, IDs: make([]EntityID, 0, t.Len())}
	for id, row := range t.All() {
		saved.IDs = append(saved.IDs, id)
		if saved.Rows, err = plan.Append(saved.Rows, unsafe.Pointer(row)); err != nil {
			return saved, fmt.Errorf("checkpoint: table %s: %w", t.name, err)
		}
	}
	return saved, nil
}
