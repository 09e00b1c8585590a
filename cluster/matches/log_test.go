package matches

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
)

// eventful are ticks with everything in them.
func eventful(first uint32, n int) (ticks []match.TickRecord) {
	for i := range n {
		tick := first + uint32(i)
		t := match.TickRecord{Tick: tick}
		if i%7 == 0 {
			t.Acts = append(t.Acts,
				match.Act{Kind: match.ActJoin, Seat: 3, Player: match.Player{Seat: 3, User: "eve", Name: "größer", Away: i%2 == 0}},
				match.Act{Kind: match.ActConfigure, Settings: match.Settings{"wind": -4, "goal": 1 << 20}},
				match.Act{Kind: match.ActAway, Seat: 64}, match.Act{Kind: match.ActBack, Seat: 64}, match.Act{Kind: match.ActLeave, Seat: 3})
		}
		t.Acts = append(t.Acts, match.Act{Kind: match.ActInput, Seat: 1, Age: i % 3, Seen: tick - 1, Quanta: []int32{int32(i / 3), -1 << 31, 1<<31 - 1}},
			match.Act{Kind: match.ActInput, Seat: 2, Age: 2, Quanta: []int32{}})
		ticks = append(ticks, t)
	}
	return ticks
}

func written(l *tickLog, ticks []match.TickRecord) []cluster.Inputs {
	for i := range ticks {
		l.Tick(&ticks[i])
	}
	chunks, _ := l.take()
	return chunks
}

func read(t *testing.T, chunks []cluster.Inputs) (ticks []match.TickRecord) {
	t.Helper()
	for _, c := range chunks {
		if err := readLog(c, func(r *match.TickRecord) error { ticks = append(ticks, *r); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return ticks
}

func TestWhatIsWrittenDownIsReadAgain(t *testing.T) {
	l := &tickLog{}
	for _, first := range []uint32{2, 900} { // two chunks, each of which stands for itself
		ticks := eventful(first, 50)
		chunks := written(l, ticks)
		if len(chunks) != 1 || chunks[0].From != first || chunks[0].To != first+49 {
			t.Fatalf("chunks %+v", chunks)
		}
		for i := range ticks {
			for a := range ticks[i].Acts {
				if len(ticks[i].Acts[a].Quanta) == 0 {
					ticks[i].Acts[a].Quanta = nil
				}
			}
		}
		if diff := cmp.Diff(ticks, read(t, chunks)); diff != "" {
			t.Error(diff)
		}
	}
	if chunks, _ := l.take(); len(chunks) != 0 {
		t.Errorf("taken twice: %v", chunks)
	}
}

func TestALogThatNobodyTakesIsBounded(t *testing.T) {
	l := &tickLog{}
	ticks := eventful(2, 70)
	for round := range uint32(400) {
		for i := range ticks {
			ticks[i].Tick = 2 + round*70 + uint32(i)
			for a := range ticks[i].Acts {
				ticks[i].Acts[a].Player.Name = string(bytes.Repeat([]byte{'x'}, 200))
			}
			l.Tick(&ticks[i])
		}
	}
	chunks, lost := l.take()
	size := 0
	for i, c := range chunks {
		size += len(c.Data)
		if len(c.Data) > cluster.MaxInputs || i > 0 && c.From != chunks[i-1].To+1 {
			t.Errorf("chunk %d to %d of %d bytes", c.From, c.To, len(c.Data))
		}
	}
	if !lost || len(chunks) > maxChunks+1 || size > (maxChunks+1)*cluster.MaxInputs {
		t.Errorf("%d chunks of %d bytes, lost %v", len(chunks), size, lost)
	}
}

func TestATickThatIsTooLargeLeavesAGapAndNoMore(t *testing.T) {
	l := &tickLog{}
	ticks := eventful(2, 3)
	for len(ticks[1].Acts) < 500 {
		name := string(bytes.Repeat([]byte{'x'}, 200))
		ticks[1].Acts = append(ticks[1].Acts, match.Act{Kind: match.ActJoin, Seat: 1, Player: match.Player{User: name, Name: name}})
	}
	for i := range ticks {
		l.Tick(&ticks[i])
	}
	chunks, lost := l.take()
	if !lost || len(chunks) != 2 || chunks[0].To != 2 || chunks[1].From != 4 || chunks[1].To != 4 {
		t.Errorf("chunks %d, lost %v", len(chunks), lost)
	}
	read(t, chunks)
}

func TestWritingATickDownAllocatesNothing(t *testing.T) {
	l := &tickLog{}
	ticks := eventful(2, 1)
	ticks[0].Acts = slices.DeleteFunc(ticks[0].Acts, func(a match.Act) bool { return a.Kind != match.ActInput })
	for range 2000 {
		l.Tick(&ticks[0])
	}
	l.mu.Lock()
	l.buf = l.buf[:0]
	l.mu.Unlock()
	if n := testing.AllocsPerRun(500, func() { l.Tick(&ticks[0]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzLog: whatever a chunk says, reading it ends, with ticks in order or an error, and without more memory than its bytes warrant.
func FuzzLog(f *testing.F) {
	l := &tickLog{}
	for _, c := range written(l, eventful(2, 20)) {
		f.Add(c.From, c.To, c.Data)
	}
	f.Add(uint32(1), uint32(1<<32-1), []byte{0, 0, 0})
	f.Fuzz(func(t *testing.T, from, to uint32, data []byte) {
		next := from
		err := readLog(cluster.Inputs{From: from, To: to, Data: data}, func(r *match.TickRecord) error {
			if r.Tick != next || len(r.Acts) > len(data) {
				t.Fatalf("tick %d with %d acts", r.Tick, len(r.Acts))
			}
			next++
			return nil
		})
		if err != nil && !errors.Is(err, errLog) {
			t.Fatal(err)
		}
	})
}

// FuzzMessages: whatever a node says is refused or read.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{0x81, 0xa5, 'm', 'a', 't', 'c', 'h', 0xa1, 'x'})
	f.Add([]byte{0xdf, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(_ *testing.T, payload []byte) {
		for _, into := range []any{new(createRequest), new(followRequest), new(followAnswer), new(seatMessage), new(leaveMessage), new(configureMessage), new(entryData)} {
			_ = decode(payload, into)
		}
	})
}
