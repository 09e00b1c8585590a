package protocol_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestReaderTakesNoFloatForAnInteger(t *testing.T) {
	r := protocol.NewReader()
	for _, value := range []list{
		{1, float(1), "c", list{"mp"}, list{}, nil},
		{2, float(1), "lobby", "list", nil},
		{3, float(1), 2, 3, list{0}}, {3, 1, 2, 3, list{float(0)}}, {3, 1, 2, 3, list{single(0)}},
		{4, 1, float(2)}, {5, float(1), 2}, {6, 1, single(1)},
		{16, float(1), "s", "u", "n", "t", false, "mp", 1, 2, 3, 4, "x"},
		{17, float(1), nil, nil}, {18, 1, "a", "b", nil, float(1)}, {19, float(1), 2},
		{20, 1, "m", "g", float(1), 60, 1, 60, list{}, list{}}, {20, 1, "m", "g", 1, 60, 1, 60, list{list{"t", list{list{"a", float(0)}}}}, list{}},
		{21, 1, 2, 0, 0, float(0), nil, list{}},
	} {
		frame := protocol.MustEncode(value)
		kind, err := protocol.Check(frame, protocol.FromServer)
		if err != nil {
			t.Fatal(err)
		}
		if err := readFrame(r, kind, frame); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: %v", printJSON(t, value), err)
		}
	}
	for _, body := range []list{{list{float(2), list{}, list{}, list{}}}, {list{0, list{float(5)}, list{}, list{}}}, {list{0, list{}, list{5, 1, float(1)}, list{}}}} {
		base := build(t, hostileSchemaOfBodies, hostileBase)
		if _, err := r.Apply(hostileSchemaOfBodies, base, 10, protocol.MustEncode(body)); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("body %s: %v", printJSON(t, body), err)
		}
	}
}

func TestInputNeedsAsManyValuesAsTheSchemaHasFields(t *testing.T) {
	r := protocol.NewReader()
	frame := protocol.MustEncode(list{3, 7, 61, 58, list{math.MinInt32, -1, math.MaxInt32}})
	values := make([]int32, 3)
	head, err := r.Input(frame, values)
	if err != nil || head != (protocol.InputHead{Epoch: 7, Tick: 61, Ack: 58}) || !slices.Equal(values, []int32{math.MinInt32, -1, math.MaxInt32}) {
		t.Errorf("read %+v, %d, %v", head, values, err)
	}
	for _, n := range []int{0, 2, 4} {
		if _, err := r.Input(frame, make([]int32, n)); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("three values for %d fields: %v", n, err)
		}
	}
}

func TestInputMaySayWhatWasSeen(t *testing.T) {
	r := protocol.NewReader()
	for _, c := range []struct {
		more list
		want uint32
	}{{list{}, 0}, {list{0}, 0}, {list{57}, 57}, {list{uint32(math.MaxUint32), "and more"}, math.MaxUint32}} {
		head, err := r.Input(protocol.MustEncode(append(list{3, 7, 61, 58, list{}}, c.more...)), nil)
		if err != nil || head.Seen != c.want {
			t.Errorf("%v: seen %d, %v", c.more, head.Seen, err)
		}
	}
	for _, bad := range []any{-1, 1 << 32, "57", nil, 57.0, list{57}} {
		if _, err := r.Input(protocol.MustEncode(list{3, 7, 61, 58, list{}, bad}), nil); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("seen is %v: %v", bad, err)
		}
	}
}

func TestReaderIsAsGoodAsNewAfterAnError(t *testing.T) {
	r := protocol.NewReader()
	for _, v := range hostileVectors(t).Contents {
		frame := unhex(v.Hex)
		kind, _ := protocol.PeekKind(frame)
		_ = readFrame(r, kind, frame)
		if ack, err := r.Ack(unhex("93 04 01 3b")); err != nil || ack.Epoch != 1 || ack.Tick != 59 {
			t.Fatalf("after %s: %+v, %v", v.Name, ack, err)
		}
	}
}

func TestReadingWhatComesAtTickRateCostsNoMemory(t *testing.T) {
	r, values := protocol.NewReader(), make([]int32, 4)
	input := protocol.MustEncode(list{3, 1, 70000, 69000, list{1, -300, 70000, 0}})
	ack, ping := protocol.MustEncode(list{4, 1, 70000}), protocol.MustEncode(list{5, 1 << 41, 70000})
	resync := protocol.MustEncode(list{6, 1, 1})
	snapshot := protocol.MustEncode(list{21, 1, 70000, 69999, 69990, -3, 1 << 31, list{list{0, list{}, list{5, 1, -1}, list{}}}})
	for name, read := range map[string]func() error{
		"input":    func() error { _, err := r.Input(input, values); return err },
		"ack":      func() error { _, err := r.Ack(ack); return err },
		"ping":     func() error { _, err := r.Ping(ping); return err },
		"resync":   func() error { _, err := r.Resync(resync); return err },
		"snapshot": func() error { _, _, err := r.Snapshot(snapshot); return err },
	} {
		if err := read(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := testing.AllocsPerRun(20, func() { _ = read() }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestSnapshotHandsOutTheBodyBetweenHeadAndExtraElements(t *testing.T) {
	body := unhex("91 94 00 91 05 90 90")
	head := protocol.SnapshotHead{Epoch: 3, Tick: 70000, Base: 69999, Input: 1, Slack: -5, Hash: 9, HasHash: true}
	plain := append(slices.Clone(protocol.NewHeadEncoder().Encode(head)), body...)
	extended := append(slices.Clone(plain), unhex("a5 6c61746572 93 01 02 03")...)
	extended[0] += 2
	for _, frame := range [][]byte{plain, extended} {
		if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
			t.Fatal(err)
		}
		gotHead, gotBody, err := protocol.NewReader().Snapshot(frame)
		if err != nil || gotHead != head || !slices.Equal(gotBody, body) {
			t.Errorf("read %+v and %x, %v", gotHead, gotBody, err)
		}
	}
}
