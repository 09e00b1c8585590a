package matches

import (
	"encoding/binary"
	"slices"
	"sync"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
)

// A chunk of a match's log is, for each tick, the number of its acts and these, one after another. An act is its kind in one byte, then the seat, then
//
//	join       user, name, 0 or 1 for away
//	configure  number of settings, then of each name and value
//	input      a byte of flags, age, and what flags say: by how many ticks it saw the past, the number of values and these
//
// Numbers are varints, strings have their length before them. The values of an input that is the same as the one before it in the same seat and chunk are left out.
const (
	inputSeen   = 1 << iota // the number of ticks between the tick and that which its player saw is there
	inputValues             // the values are there
)

// tickLog is the recorder of a match that can be resumed: it writes down what decides its ticks. It passes all on to another recorder, if there is one.
type tickLog struct {
	next match.Recorder // nil: none

	mu       sync.Mutex // held for the writing of one tick
	last     [match.MaxSeats + 1][]int32
	buf      []byte
	from, to uint32           // of buf; from is 0 if it is empty
	full     []cluster.Inputs // before it
	lost     bool             // too much has gathered: what was before is void until there is a checkpoint
}

// chunkBytes is when a chunk is full, which leaves room for one more tick.
const chunkBytes = cluster.MaxInputs / 2

// maxChunks is how many full ones wait for the next round of saving, which is many minutes for most games.
const maxChunks = 8

func (l *tickLog) Begin(head match.RecordHead) {
	if l.next != nil {
		l.next.Begin(head)
	}
}

func (l *tickLog) End(result match.Result) {
	if l.next != nil {
		l.next.End(result)
	}
}

// Tick writes a tick down. It allocates only until the buffers have grown.
func (l *tickLog) Tick(t *match.TickRecord) {
	if l.next != nil {
		l.next.Tick(t)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buf) >= chunkBytes {
		l.cut()
	}
	if l.from == 0 {
		l.from = t.Tick
		for i := range l.last {
			l.last[i] = l.last[i][:0]
		}
	}
	l.to = t.Tick
	before := len(l.buf)
	l.buf = binary.AppendUvarint(l.buf, uint64(len(t.Acts)))
	for i := range t.Acts {
		l.act(t.Tick, &t.Acts[i])
	}
	if len(l.buf) > cluster.MaxInputs { // a single tick of which nothing can be kept
		l.buf, l.to, l.lost = l.buf[:before], t.Tick-1, true
		l.cut()
	}
}

func (l *tickLog) act(tick uint32, a *match.Act) {
	b := append(l.buf, byte(a.Kind))
	b = binary.AppendUvarint(b, uint64(a.Seat))
	switch a.Kind {
	case match.ActJoin:
		b = appendString(appendString(b, a.Player.User), a.Player.Name)
		away := byte(0)
		if a.Player.Away {
			away = 1
		}
		b = append(b, away)
	case match.ActConfigure:
		b = binary.AppendUvarint(b, uint64(len(a.Settings)))
		for name, value := range a.Settings {
			b = binary.AppendVarint(appendString(b, name), int64(value))
		}
	case match.ActInput:
		flags := byte(0)
		if a.Seen != 0 {
			flags |= inputSeen
		}
		last := &l.last[a.Seat]
		same := slices.Equal(*last, a.Quanta)
		if !same {
			flags |= inputValues
		}
		b = binary.AppendUvarint(append(b, flags), uint64(a.Age))
		if a.Seen != 0 {
			b = binary.AppendVarint(b, int64(tick)-int64(a.Seen))
		}
		if !same {
			*last = append((*last)[:0], a.Quanta...)
			b = binary.AppendUvarint(b, uint64(len(a.Quanta)))
			for _, q := range a.Quanta {
				b = binary.AppendVarint(b, int64(q))
			}
		}
	}
	l.buf = b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// cut ends a chunk. It needs mu.
func (l *tickLog) cut() {
	if l.from == 0 {
		return
	}
	if len(l.full) == maxChunks {
		clear(l.full)
		l.full, l.lost = l.full[:0], true
	}
	if l.to >= l.from {
		l.full = append(l.full, cluster.Inputs{From: l.from, To: l.to, Data: slices.Clone(l.buf)})
	}
	l.buf, l.from = l.buf[:0], 0
}

// take returns what has been written since the last call, and whether something before it was lost.
func (l *tickLog) take() (chunks []cluster.Inputs, lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut()
	chunks, lost = l.full, l.lost
	l.full, l.lost = nil, false
	return chunks, lost
}
