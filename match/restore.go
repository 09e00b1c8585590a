package match

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/deltatick/deltatick/match/state"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/tick"
)

// restored is what the bytes of a checkpoint hold, all of it checked but for what only the game can know.
type restored struct {
	core  *core
	match savedMatch
}

// reopen makes a core of a checkpoint's bytes.
func reopen(kind Kind, checkpoint []byte) (r restored, err error) {
	if kind, err = kind.withDefaults(); err != nil {
		return r, err
	}
	plain, err := openCheckpoint(checkpoint)
	if err != nil {
		return r, err
	}
	return restore(kind, plain)
}

// restore makes a core of what is in a checkpoint. kind has its defaults.
func restore(kind Kind, plain []byte) (r restored, err error) {
	var head checkpointHead
	if plain, err = state.Load(plain, &head); err != nil {
		return r, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	if head.Kind != kind.Name {
		return r, fmt.Errorf("%w: it is of %q, not of %q", ErrOtherGame, head.Kind, kind.Name)
	}
	if r.core, err = head.setUp(kind); err != nil {
		return r, err
	}
	if err = r.core.compare(head.Parts); err != nil {
		return r, err
	}
	var saved savedCore
	var views []savedView
	if plain, err = state.Load(plain, &saved); err == nil {
		plain, err = state.Load(plain, &r.match)
	}
	if err == nil {
		err = state.LoadAll(plain, &views)
	}
	if err == nil {
		err = r.core.load(&saved)
	}
	if err == nil {
		err = r.match.check(r.core)
	}
	if err == nil {
		err = r.core.views.load(views)
	}
	if err != nil {
		return r, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return r, nil
}

// setUp makes the core of the game as it was before its first tick.
func (h *checkpointHead) setUp(kind Kind) (*core, error) {
	if h.MaxPlayers < 1 || h.MaxPlayers > kind.MaxPlayers || h.TickRate < 1 || h.TickRate > tick.MaxRate {
		return nil, fmt.Errorf("%w: %d players at %d Hz", ErrCheckpoint, h.MaxPlayers, h.TickRate)
	}
	first, err := kind.loadSettings(h.First)
	if err != nil {
		return nil, err
	}
	now, err := kind.loadSettings(h.Now)
	if err != nil {
		return nil, err
	}
	c, err := newCore(coreConfig{kind, first, h.Seed, h.TickRate, h.MaxPlayers})
	if err != nil {
		return nil, err
	}
	c.settings = now
	return c, nil
}

func (k Kind) loadSettings(saved []savedSetting) (Settings, error) {
	given := Settings{}
	for _, s := range saved {
		given[s.Name] = s.Value
	}
	all, err := k.Complete(given)
	if err == nil && len(saved) != len(all) {
		err = fmt.Errorf("%d settings, there are %d", len(saved), len(all))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOtherGame, err)
	}
	return all, nil
}

// compare holds the layouts of then against those of now.
func (c *core) compare(saved []savedPart) error {
	if err := c.planCheckpoints(); err != nil {
		return err
	}
	parts := c.parts
	for i := range max(len(parts), len(saved)) {
		switch {
		case i >= len(parts):
			return fmt.Errorf("%w: it has %s, which is no more", ErrOtherGame, saved[i].Name)
		case i >= len(saved) || saved[i].Name != parts[i].Name:
			return fmt.Errorf("%w: it lacks %s in that place", ErrOtherGame, parts[i].Name)
		case saved[i] != parts[i]:
			return fmt.Errorf("%w: the fields of %s are not what they were", ErrOtherGame, parts[i].Name)
		}
	}
	return nil
}

func (c *core) load(saved *savedCore) error {
	if err := c.loadSeats(saved); err != nil {
		return err
	}
	if len(saved.Tables) != len(c.tables) {
		return fmt.Errorf("%d tables, there are %d", len(saved.Tables), len(c.tables))
	}
	for i, t := range c.tables {
		if err := t.load(saved.Tables[i]); err != nil {
			return fmt.Errorf("table %s: %w", c.schema[i].Name, err)
		}
	}
	if err := c.loadGame(saved.Game); err != nil {
		return err
	}
	if err := c.pcg.UnmarshalBinary(saved.Random); err != nil {
		return err
	}
	c.tick, c.ended = saved.Tick, saved.Ended
	if err := c.loadPast(saved.Past); err != nil {
		return err
	}
	if c.tick == 0 {
		return nil
	}
	c.quantise()
	c.clamped = 0 // counted where the tick was made
	if protocol.Hash(c.at(c.tick), c.schema) != saved.Hash {
		return fmt.Errorf("the world is not the one that was kept")
	}
	return nil
}

func (c *core) loadSeats(saved *savedCore) error {
	if len(saved.Players) != len(c.players) || len(saved.Inputs) != len(c.players) {
		return fmt.Errorf("%d players and %d inputs, there are %d seats", len(saved.Players), len(saved.Inputs), len(c.players))
	}
	for i, p := range saved.Players {
		if p.Seat != 0 && (i == 0 || int(p.Seat) != i) {
			return fmt.Errorf("player of seat %d in seat %d", p.Seat, i)
		}
	}
	for i, slot := range saved.Inputs {
		if err := c.inputs.check(slot.tick, slot.quanta); err != nil {
			return fmt.Errorf("seat %d: %w", i, err)
		}
		if slot.age < -1 || slot.age > int(saved.Tick) || slot.tick > saved.Tick+1 || slot.age >= 0 && slot.tick == 0 {
			return fmt.Errorf("seat %d: input for tick %d, of age %d", i, slot.tick, slot.age)
		}
	}
	copy(c.players, saved.Players)
	copy(c.inputs.bySeat, saved.Inputs)
	return nil
}

func (c *core) loadGame(data []byte) (err error) {
	if c.plan != nil {
		rest, err := c.plan.Load(data, reflect.ValueOf(c.game).UnsafePointer())
		if err == nil && len(rest) > 0 {
			err = fmt.Errorf("game: %d bytes are left over", len(rest))
		}
		return err
	}
	game := c.game.(Checkpointer)
	if fault := c.guard(func() { err = game.Restore(data) }); fault != nil {
		return fault
	}
	return err
}

// loadPast puts the snapshots of the ticks before the present into the ring.
func (c *core) loadPast(frames [][]byte) error {
	if len(frames) >= protocol.RingTicks {
		return fmt.Errorf("%d ticks of the past, at most %d", len(frames), protocol.RingTicks-1)
	}
	reader := protocol.NewReader()
	var base *protocol.Snapshot
	for i, frame := range frames {
		if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
			return err
		}
		head, body, err := reader.Snapshot(frame)
		if err != nil {
			return err
		}
		if want := int64(c.tick) - int64(len(frames)-i); int64(head.Tick) != want || want < 1 {
			return fmt.Errorf("past of tick %d where that of tick %d should be", head.Tick, want)
		}
		snap, err := reader.Apply(c.schema, base, head.Tick, body)
		if err != nil {
			return err
		}
		c.history[head.Tick%protocol.RingTicks].CopyFrom(snap, c.schema)
		base = snap
	}
	return nil
}

func (t *Table[T]) load(saved savedTable) error {
	plan, err := t.rowPlan()
	if err != nil {
		return err
	}
	last := EntityID(0)
	rows := make([]*T, len(saved.IDs))
	data := saved.Rows
	for i, id := range saved.IDs {
		if id <= last || id > saved.Last {
			return fmt.Errorf("id %d after id %d, newest is %d", id, last, saved.Last)
		}
		last = id
		if rows[i] = t.Get(id); rows[i] == nil { // else it is where Setup put it
			rows[i] = new(T)
		}
		if data, err = plan.Load(data, unsafe.Pointer(rows[i])); err != nil {
			return fmt.Errorf("row %d: %w", id, err)
		}
	}
	if len(data) > 0 {
		return fmt.Errorf("%d bytes are left over", len(data))
	}
	t.last, t.ids, t.rows, t.dead = saved.Last, slices.Clone(saved.IDs), rows, 0
	return nil
}
