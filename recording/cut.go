package recording

import (
	"fmt"
	"io"

	"github.com/deltatick/deltatick/match"
)

// CutConfig is how [Cut] cuts. The zero value is usable.
type CutConfig struct {
	// Kind is the recorded game, if its code is at hand. The match is then made again up to the cut, so that a part from its middle
	// begins with a checkpoint, and can be verified like a whole recording. Where that fails, because the match does not come out
	// the same or the game's state cannot be kept, the part is one to look at.
	Kind   match.Kind
	Writer WriterConfig
}

// Cut writes a part of a recording, from one tick to another, both included, as a recording. What begins with the match, or with a
// checkpoint, can be made again; any other part names who was there. Errors: ErrNoTick, those of the file, and those of reading.
func Cut(r *Reader, from, to uint32, out io.Writer, cfg CutConfig) error {
	if from > to || from < r.First() || to > r.Last() {
		return fmt.Errorf("%w: %d to %d of %d to %d", ErrNoTick, from, to, r.First(), r.Last())
	}
	head := r.Header()
	c := r.Cursor()
	if from > r.First() {
		if err := leadTo(c, &head, from, cfg.Kind); err != nil {
			return err
		}
	}
	w, err := NewWriter(out, head, cfg.Writer)
	if err != nil {
		return err
	}
	for range to - from + 1 {
		t, err := c.Next()
		if err == nil {
			err = w.Tick(&t.TickRecord)
		}
		if err != nil {
			return err
		}
	}
	return w.Close(endOfCut(r, to))
}

// leadTo reads up to a tick and makes head that of a recording that begins with it.
func leadTo(c *Cursor, head *Header, from uint32, kind match.Kind) error {
	present := seated{}
	for _, p := range head.Players {
		present[p.Seat] = p
	}
	var sim *match.Sim
	if kind.New != nil {
		sim, _ = simOf(kind, c.r) // without one, the part is one to look at
	}
	for c.last+1 < from {
		t, err := c.Next()
		if err != nil {
			return err
		}
		present.follow(t.Acts)
		if sim != nil && (t.Broken || compareTick(sim, t) != nil) {
			sim = nil
		}
	}
	head.Start, head.Players, head.Checkpoint = from-1, present.players(), nil
	if sim != nil {
		head.Checkpoint, _ = sim.Checkpoint() // nil likewise
	}
	return nil
}

// endOfCut is the recording's own end when it is reached.
func endOfCut(r *Reader, to uint32) End {
	if to == r.Last() && r.end != nil {
		return *r.end
	}
	return End{Cut: CutEdit}
}

// seated is who sits where.
type seated [match.MaxSeats + 1]match.Player

func (s *seated) follow(acts []match.Act) {
	for _, a := range acts {
		switch a.Kind {
		case match.ActJoin:
			s[a.Seat] = a.Player
		case match.ActLeave:
			s[a.Seat] = match.Player{}
		case match.ActAway, match.ActBack:
			s[a.Seat].Away = a.Kind == match.ActAway
		}
	}
}

func (s *seated) players() (players []match.Player) {
	for _, p := range s {
		if p.Seat != 0 {
			players = append(players, p)
		}
	}
	return players
}
