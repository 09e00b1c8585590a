package match

import "fmt"

// Replay makes a tick again from its record: it does the acts in their order and steps. The record's events and snapshot are not
// looked at; what came of it this time is in [Sim.Snapshot], [Sim.Events] and [Sim.Ended]. It fails, before anything is done, when the
// tick is not the next one, in the middle with what is wrong with an act, and with a [*PanicError] when the game panics.
func (s *Sim) Replay(t *TickRecord) error {
	if s.open || t.Tick != s.core.tick+1 {
		return fmt.Errorf("tick %d does not come after tick %d", t.Tick, s.Tick())
	}
	s.begin()
	for i := range t.Acts {
		if err := s.core.act(&t.Acts[i]); err != nil {
			return err
		}
	}
	return s.step()
}

// act does one act of a record, which may be of anyone's making.
func (c *core) act(a *Act) error {
	switch a.Kind {
	case ActConfigure:
		all, err := c.cfg.kind.Complete(a.Settings)
		if err != nil {
			return err
		}
		return c.configure(all)
	case ActJoin:
		return c.sit(a)
	}
	if err := c.check(a.Seat); err != nil {
		return err
	}
	switch a.Kind {
	case ActLeave:
		return c.leave(a.Seat)
	case ActAway, ActBack:
		return c.setAway(a.Seat, a.Kind == ActAway)
	case ActInput:
		return c.force(a)
	}
	return fmt.Errorf("act %d is none", a.Kind)
}

// sit seats a player where the record says.
func (c *core) sit(a *Act) error {
	if a.Seat == 0 || int(a.Seat) >= len(c.players) || c.players[a.Seat].Seat != 0 {
		return fmt.Errorf("join: seat %d is taken, or there is none", a.Seat)
	}
	p := a.Player
	p.Seat = a.Seat
	return c.join(p)
}

// check refuses a seat in which nobody sits.
func (c *core) check(seat SeatID) error {
	if int(seat) >= len(c.players) || c.players[seat].Seat == 0 {
		return fmt.Errorf("seat %d: %w", seat, ErrNoSeat)
	}
	return nil
}

// force puts an input in force.
func (c *core) force(a *Act) error {
	if a.Age < 0 || uint64(a.Age) >= uint64(c.tick) {
		return fmt.Errorf("input of seat %d: age %d in tick %d", a.Seat, a.Age, c.tick)
	}
	tick := c.tick - uint32(a.Age)
	if err := c.inputs.check(tick, a.Quanta); err != nil {
		return fmt.Errorf("input of seat %d: %w", a.Seat, err)
	}
	slot := &c.inputs.bySeat[a.Seat]
	copy(slot.quanta, a.Quanta)
	slot.tick, slot.age, slot.seen = tick, a.Age, a.Seen
	return nil
}
