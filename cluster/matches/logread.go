package matches

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
)

var errLog = errors.New("matches: a damaged log of inputs")

// Bounds of what a log can say, of whatever making.
const (
	maxName     = 4 << 10 // bytes of a user or a name
	maxSettings = 1 << 10
	maxFields   = 16 // of an input: protocol.ValidateInputs
)

// logReader reads a chunk. What it returns is checked for its form; whether it is possible in that match is for [match.Match.Replay] to say.
type logReader struct {
	rest   []byte
	tick   uint32 // the next
	last   [match.MaxSeats + 1][]int32
	failed bool
}

// readLog calls do with every tick of a chunk until one fails. The errors are errLog and those of do.
func readLog(chunk cluster.Inputs, do func(*match.TickRecord) error) error {
	r := &logReader{rest: chunk.Data}
	for tick := uint64(chunk.From); tick <= uint64(chunk.To); tick++ {
		r.tick = uint32(tick)
		record := match.TickRecord{Tick: r.tick}
		n := r.number(uint64(len(r.rest))) // each of two bytes at least
		for range n {
			record.Acts = append(record.Acts, r.act())
			if r.failed {
				break
			}
		}
		if r.failed {
			return errLog
		}
		if err := do(&record); err != nil {
			return err
		}
	}
	if len(r.rest) > 0 {
		return errLog
	}
	return nil
}

func (r *logReader) act() (a match.Act) {
	a.Kind, a.Seat = match.ActKind(r.byte()), match.SeatID(r.number(match.MaxSeats))
	switch a.Kind {
	case match.ActJoin:
		a.Player = match.Player{Seat: a.Seat, User: r.string(), Name: r.string()}
		a.Player.Away = r.byte() != 0
	case match.ActConfigure:
		a.Settings = match.Settings{}
		for n := r.number(maxSettings); n > 0 && !r.failed; n-- {
			name := r.string()
			a.Settings[name] = int(r.signed(math.MinInt32, math.MaxInt32))
		}
	case match.ActInput:
		r.input(&a)
	case match.ActLeave, match.ActAway, match.ActBack:
	default:
		r.failed = true
	}
	return a
}

func (r *logReader) input(a *match.Act) {
	flags := r.byte()
	a.Age = int(r.number(math.MaxInt32))
	if flags&inputSeen != 0 {
		seen := int64(r.tick) - r.signed(-math.MaxUint32, math.MaxUint32)
		if seen < 1 || seen > math.MaxUint32 {
			r.failed = true
			return
		}
		a.Seen = uint32(seen)
	}
	last := &r.last[a.Seat]
	if flags&inputValues != 0 {
		*last = (*last)[:0]
		for n := r.number(maxFields); n > 0; n-- {
			*last = append(*last, int32(r.signed(math.MinInt32, math.MaxInt32)))
		}
	}
	a.Quanta = append([]int32(nil), *last...)
}

func (r *logReader) byte() byte {
	if len(r.rest) == 0 {
		r.failed = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *logReader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > most {
		r.failed = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *logReader) signed(least, most int64) int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 || v < least || v > most {
		r.failed = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *logReader) string() string {
	n := r.number(min(maxName, uint64(len(r.rest))))
	if r.failed || n > uint64(len(r.rest)) {
		r.failed = true
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}
