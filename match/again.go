package match

import (
	"errors"
	"fmt"
	"slices"
)

// Replay makes a tick again that a match made after the checkpoint that this one was restored from, as [Sim.Replay] does. Players who came in
// it get their seats, those who left lose theirs; its events go to the outboxes once more, with the same tick and in the same order,
// since whoever had them may not have got them. It is called between [Restore] and [Match.Run], by the same goroutine. The errors are
// those of a tick that is not the next one or whose acts are impossible, after which the match must not be run; [ErrOver] after a tick in which
// the game ended the match; and a [*PanicError] if it broke, which Run returns, too.
func (m *Match) Replay(t *TickRecord) error {
	switch {
	case m.fault != nil || m.core.ended != nil:
		return ErrOver
	case t.Tick != m.core.tick+1:
		return fmt.Errorf("tick %d does not come after tick %d", t.Tick, m.core.tick)
	}
	m.replayed = true
	m.core.begin()
	m.loop.SetTick(m.core.tick)
	for i := range t.Acts {
		if err := m.replayAct(&t.Acts[i]); err != nil {
			return err
		}
	}
	for _, s := range m.seated {
		s.inputs.replay(m.core.tick, &m.core.inputs.bySeat[s.id])
	}
	if m.fault == nil {
		m.try(m.core.step())
	}
	if m.fault != nil {
		return m.fault
	}
	m.deliver()
	return nil
}

// replayAct does an act with what it means for seats.
func (m *Match) replayAct(a *Act) error {
	err := m.core.act(a)
	if broken := (*PanicError)(nil); errors.As(err, &broken) {
		m.try(broken)
		return nil
	}
	if err != nil {
		return err
	}
	switch a.Kind {
	case ActJoin:
		m.reseatOne(a.Seat, m.cfg.Now())
	case ActLeave:
		left := m.bySeat[a.Seat]
		m.bySeat[a.Seat] = nil
		left.left, left.gone = true, true
		m.seated = slices.DeleteFunc(m.seated, func(s *Seat) bool { return s == left })
	case ActAway, ActBack:
		m.bySeat[a.Seat].away = a.Kind == ActAway
	}
	return nil
}

// checkpointNow is for a recording that begins after ticks that were replayed; nil if the game cannot be kept after all.
func (m *Match) checkpointNow() []byte {
	k, err := m.core.capture()
	if err != nil {
		return nil
	}
	k.match = m.save()
	data, err := k.bytes()
	if err != nil {
		return nil
	}
	return data
}

// replay goes on past a tick whose input in force is known, and not what arrived for it.
func (r *inputRing) replay(tick uint32, slot *inputSlot) {
	r.next = tick + 1
	if slot.tick > r.held {
		r.hold(slot.tick, slot.seen, slot.quanta)
		r.newest = max(r.newest, slot.tick)
	}
	r.heldSeen, r.heldNew, r.pressed = slot.seen, false, 0
}
