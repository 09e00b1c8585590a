package recording

import (
	"slices"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// End is the last block of a recording.
type End struct {
	Result  match.Result // of the match; empty when the recording ended before it
	Cut     string       // why the recording ended before its match: one of the Cut constants; empty when it did not
	Players []string     // names of all who played, in the order in which they first came
}

// Why a recording ended before its match.
const (
	CutSlow = "slow" // its file took ticks more slowly than the match made them: the recording is truncated
	CutFull = "full" // it reached its largest size or length
	CutEdit = "edit" // it is a part of another recording
)

// encode is the record [66, reason, data, cut, [name, ...]].
func (e *End) encode() []byte {
	c := newComposer()
	c.array(5)
	c.integer(recordEnd)
	c.str(e.Result.Reason)
	c.bin(e.Result.Data)
	c.str(e.Cut)
	c.array(len(e.Players))
	for _, name := range e.Players {
		c.str(name)
	}
	return c.buf.Bytes()
}

func readEnd(record []byte) (*End, error) {
	p := protocol.NewValueReader()
	p.Reset(record)
	if n := p.Array(); n < 5 {
		return nil, damaged("end of %d elements", n)
	}
	p.Uint32()
	e := &End{Result: match.Result{Reason: p.String(maxRecord), Data: p.Binary()}, Cut: p.String(maxRecord)}
	for n := p.Array(); n > 0 && p.Err() == nil; n-- {
		e.Players = append(e.Players, p.String(maxRecord))
	}
	return e, p.Err()
}

// roster collects who played.
type roster struct {
	users []string
	names []string
}

func (r *roster) add(p match.Player) {
	if !slices.Contains(r.users, p.User) && len(r.users) < maxRoster {
		r.users = append(r.users, p.User)
		r.names = append(r.names, p.Name)
	}
}

// maxRoster is how many players an end names at most: a match of days can have had any number.
const maxRoster = 1024
