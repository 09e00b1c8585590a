package recording

import (
	"fmt"
	"io"

	"github.com/deltatick/deltatick/match"
)

// Cut writes a part of a recording, from one tick to another, both included, as a recording. What begins with the match can still be made again;
// what begins later can be looked at only, and names who was there. Errors: ErrNoTick, those of the file, and those of reading.
func Cut(r *Reader, from, to uint32, out io.Writer, cfg WriterConfig) error {
	if from > to || from < r.First() || to > r.Last() {
		return fmt.Errorf("%w: %d to %d of %d to %d", ErrNoTick, from, to, r.First(), r.Last())
	}
	head := r.Header()
	var w *Writer
	present := seated{}
	for _, p := range head.Players {
		present[p.Seat] = p
	}
	for c := r.Cursor(); ; {
		t, err := c.Next()
		if err != nil {
			return err
		}
		if t.Tick == from {
			if from > r.First() {
				head.Start, head.Players, head.Checkpoint = from-1, present.players(), nil
			}
			if w, err = NewWriter(out, head, cfg); err != nil {
				return err
			}
		}
		if w != nil {
			if err := w.Tick(&t.TickRecord); err != nil {
				return err
			}
		}
		if t.Tick == to {
			return w.Close(endOfCut(r, to))
		}
		present.follow(t.Acts)
	}
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
