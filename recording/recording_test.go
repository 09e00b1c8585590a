package recording_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/recording"
)

func TestARecordingHoldsWhatWasRecorded(t *testing.T) {
	r := open(t, play(t, recording.WriterConfig{KeyframeEvery: time.Second}, 400, nil))
	if r.Torn() != nil || r.First() != 1 || r.Last() != 400 || len(r.Segments()) != 7 {
		t.Fatalf("ticks %d to %d in %d segments, torn: %v", r.First(), r.Last(), len(r.Segments()), r.Torn())
	}
	end := r.End()
	if end.Result.Reason != match.ReasonShutdown || end.Cut != "" || !reflect.DeepEqual(end.Players, []string{"ada", "bob"}) {
		t.Errorf("end: %+v", end)
	}
	sim, head := newSim(t)
	if h := r.Header(); !reflect.DeepEqual(h.RecordHead, head) || h.Start != 0 {
		t.Errorf("header: %+v", h)
	}
	for i, got := range all(t, r) {
		want := step(t, sim, uint32(i+1))
		if !reflect.DeepEqual(got.Acts, want.Acts) || !reflect.DeepEqual(got.Events, want.Events) {
			t.Fatalf("tick %d: %+v %+v, was %+v %+v", got.Tick, got.Acts, got.Events, want.Acts, want.Events)
		}
		if got.Hash != sim.Hash() || protocol.Hash(got.Snapshot, head.Schema) != sim.Hash() {
			t.Fatalf("tick %d: another world", got.Tick)
		}
	}
}

func TestAnyTickIsFoundWithoutReadingTheOthers(t *testing.T) {
	file := play(t, recording.WriterConfig{KeyframeEvery: time.Second}, 300, nil)
	r := open(t, file)
	ticks := all(t, r)
	// A segment that cannot be read shows that a seek behind it does not touch it.
	broken := bytes.Clone(file)
	broken[r.Segments()[1].Offset+50] ^= 1
	c := open(t, broken).Cursor()
	for _, n := range []uint32{300, 1, 60, 121, 122, 150, 149, 299} {
		tick, err := c.Seek(n)
		if err != nil || tick.Tick != n || tick.Hash != ticks[n-1].Hash || protocol.Hash(tick.Snapshot, r.Header().Schema) != tick.Hash {
			t.Fatalf("seek to %d: %+v, %v", n, tick, err)
		}
	}
	if _, err := c.Seek(61); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("a tick in the broken segment: %v", err)
	}
	for _, n := range []uint32{0, 301} {
		if _, err := c.Seek(n); !errors.Is(err, recording.ErrNoTick) {
			t.Errorf("seek to %d: %v", n, err)
		}
	}
}

func TestAFloatIsNoTick(t *testing.T) {
	head, segment, err := recording.Unpacked(open(t, play(t, recording.WriterConfig{}, 1, nil)))
	if err != nil {
		t.Fatal(err)
	}
	read := func(segment []byte) error {
		_, err := open(t, recording.FileOf(head, segment, 1)).Cursor().Next()
		return err
	}
	if err := read(segment); err != nil {
		t.Fatal(err)
	}
	const at = 5 + 2 // behind the wrapping, the array's length and the record's kind
	if segment[at] != 1 {
		t.Fatalf("tick 1 is %#x", segment[at])
	}
	floating := slices.Replace(bytes.Clone(segment), at, at+1, 0xca, 0x3f, 0x80, 0, 0) // a float32 of 1
	binary.BigEndian.PutUint32(floating[1:], uint32(len(floating)-5))
	if err := read(floating); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("tick 1.0: %v", err)
	}
}

func TestATornFileIsGoodUpToItsLastWholeSegment(t *testing.T) {
	file := play(t, recording.WriterConfig{KeyframeEvery: time.Second}, 300, nil)
	whole := open(t, file)
	first := whole.Segments()[0].Offset
	for size := len(file) - 1; size > 0; size -= 61 {
		r, err := recording.Open(bytes.NewReader(file[:size]), int64(size))
		if int64(size) < first {
			if err == nil {
				t.Fatalf("%d bytes are less than the head, and are a recording", size)
			}
			continue
		}
		if err != nil || !errors.Is(r.Torn(), recording.ErrTorn) || r.End() != nil {
			t.Fatalf("%d bytes: %v, torn: %v", size, err, r.Torn())
		}
		want := 0
		for _, s := range whole.Segments() {
			if s.Offset+s.Bytes <= int64(size) {
				want += int(s.Ticks)
			}
		}
		if ticks := all(t, r); len(ticks) != want {
			t.Fatalf("%d bytes: %d ticks, want %d", size, len(ticks), want)
		}
	}
	r := open(t, file[:len(file)-1])
	if report, err := recording.Verify(arena.Kind(), r); err != nil || report.Difference != nil || report.Ticks != 300 || report.Torn == nil {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestARecordingIsAStreamThatOrdinaryToolsRead(t *testing.T) {
	file := play(t, recording.WriterConfig{KeyframeEvery: time.Second}, 200, nil)
	plain, err := zstd.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	kinds := map[int]int{}
	for dec := msgpack.NewDecoder(plain); ; {
		record, err := dec.DecodeBytes()
		if err == io.EOF {
			break
		}
		var fields []any
		if err == nil {
			err = msgpack.Unmarshal(record, &fields)
		}
		if err != nil {
			t.Fatal(err)
		}
		kinds[int(fields[0].(int8))]++
	}
	if !reflect.DeepEqual(kinds, map[int]int{64: 1, 65: 200, 66: 1}) {
		t.Errorf("records by kind: %v", kinds)
	}
}

func TestAMatchComesOutTheSameAgain(t *testing.T) {
	report, err := recording.Verify(arena.Kind(), open(t, play(t, recording.WriterConfig{}, 1200, nil)))
	if err != nil || report.Difference != nil || report.Torn != nil || report.Ticks != 1200 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestAChangedInputIsFoundWithItsTickAndField(t *testing.T) {
	// At tick 333 seat 1 steers the other way: its ship turns differently from then on.
	file := play(t, recording.WriterConfig{}, 600, func(r *match.TickRecord) {
		for i := range r.Acts {
			if a := &r.Acts[i]; r.Tick == 333 && a.Kind == match.ActInput && a.Seat == 1 {
				a.Quanta = append([]int32{-a.Quanta[0]}, a.Quanta[1:]...)
				if a.Quanta[0] == 0 {
					a.Quanta[0] = 1
				}
			}
		}
	})
	report, err := recording.Verify(arena.Kind(), open(t, file))
	if err != nil || report.Difference == nil {
		t.Fatalf("%+v, %v", report, err)
	}
	d := report.Difference
	moved := slices.Contains([]string{"x", "y", "vx", "vy", "heading"}, d.Field)
	if d.Tick != 333 || report.Ticks != 332 || d.What != "field" || d.Table != "ships" || !moved || d.Recorded == d.Replayed {
		t.Errorf("%v", d)
	}
}

func TestAChangedEventIsFound(t *testing.T) {
	file := play(t, recording.WriterConfig{}, 100, func(r *match.TickRecord) {
		if r.Tick == 80 {
			r.Events = append(r.Events, match.SimEvent{Tick: 80, Name: "kill", Payload: []byte{0x80}})
		}
	})
	report, err := recording.Verify(arena.Kind(), open(t, file))
	if err != nil || report.Difference == nil || report.Difference.Tick != 80 || report.Difference.What != "event" {
		t.Errorf("%+v, %v: %v", report, err, report.Difference)
	}
}

func TestARecordingOfAnotherGameIsNotMadeAgain(t *testing.T) {
	r := open(t, play(t, recording.WriterConfig{}, 10, nil))
	changed := arena.Kind()
	changed.Settings = changed.Settings[:1]
	other := swarm.Kind()
	other.Name = "arena"
	other.Settings = arena.Kind().Settings
	for name, kind := range map[string]match.Kind{"name": swarm.Kind(), "settings": changed, "tables": other} {
		if _, err := recording.Verify(kind, r); !errors.Is(err, recording.ErrOtherGame) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// startingAt is the header of a recording that begins behind a tick.
func startingAt(head match.RecordHead, tick uint32) recording.Header {
	head.Start = tick
	return recording.Header{RecordHead: head}
}

func TestARecordingEndsAtItsLimits(t *testing.T) {
	sim, head := newSim(t)
	for name, cfg := range map[string]recording.WriterConfig{
		"bytes": {MaxBytes: 300 << 10, KeyframeEvery: time.Second},
		"time":  {MaxDuration: 10 * time.Second, KeyframeEvery: time.Second},
	} {
		var file bytes.Buffer
		w, err := recording.NewWriter(&file, startingAt(head, sim.Tick()), cfg)
		if err != nil {
			t.Fatal(err)
		}
		start := sim.Tick()
		for err == nil {
			err = w.Tick(step(t, sim, sim.Tick()+1))
		}
		if !errors.Is(err, recording.ErrFull) {
			t.Fatalf("%s: %v", name, err)
		}
		if err := w.Close(recording.End{}); err != nil {
			t.Fatal(err)
		}
		r := open(t, file.Bytes())
		if r.Torn() != nil || r.End().Cut != recording.CutFull || len(all(t, r)) == 0 {
			t.Errorf("%s: torn: %v, end: %+v", name, r.Torn(), r.End())
		}
		if name == "time" && r.Last()-start != 600 || name == "bytes" && file.Len() > 300<<10 {
			t.Errorf("%s: %d ticks, %d bytes", name, r.Last()-start, file.Len())
		}
		if _, err := recording.Verify(arena.Kind(), r); start > 0 && !errors.Is(err, recording.ErrNoStart) {
			t.Errorf("%s: a recording from the middle: %v", name, err)
		}
	}
}
