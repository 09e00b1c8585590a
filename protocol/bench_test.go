package protocol_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

// boat is the usual replicated thing: it moves and turns every tick, and keeps its name.
type boat struct {
	X, Y    float32 `sync:"min=0,max=2000,step=0.01"`
	Heading float32 `sync:"angle,bits=12"`
	HP      uint8
	Name    string
}

// fleet is n boats at two ticks in a row.
type fleet struct {
	schema      protocol.Schema
	plan        *protocol.Plan
	boats       []boat
	before, now *protocol.Snapshot
}

func newFleet(b *testing.B, n int) *fleet {
	f := &fleet{plan: planOf[boat](b), boats: make([]boat, n)}
	f.schema = protocol.Schema{{Name: "boats", Fields: f.plan.Fields}}
	f.before, f.now = protocol.NewSnapshot(f.schema), protocol.NewSnapshot(f.schema)
	f.sail(0)
	f.quantise(f.before)
	f.sail(1)
	f.quantise(f.now)
	return f
}

func (f *fleet) sail(tick int) {
	for i := range f.boats {
		at := float64(tick)/60 + float64(i)
		f.boats[i] = boat{X: float32(1000 + 900*math.Sin(at/3)), Y: float32(1000 + 700*math.Sin(at/2)), Heading: float32(at / 2),
			HP: uint8(i), Name: fmt.Sprint("boat ", i)}
	}
}

func (f *fleet) quantise(to *protocol.Snapshot) {
	rows := &to.Tables[0]
	rows.Resize(len(f.boats), f.plan.Fields)
	for i := range f.boats {
		rows.IDs[i] = uint32(i + 1)
		f.plan.Quantise(rows, i, unsafe.Pointer(&f.boats[i]))
	}
}

func forEachFleet(b *testing.B, run func(b *testing.B, f *fleet)) {
	for _, n := range []int{16, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newFleet(b, n)
			b.ReportAllocs()
			run(b, f)
		})
	}
}

func BenchmarkQuantise(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		for b.Loop() {
			f.quantise(f.now)
		}
	})
}

func BenchmarkEncodeDelta(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		enc, bytes := protocol.NewBodyEncoder(f.schema), 0
		for b.Loop() {
			bytes = len(enc.Encode(f.before, f.now))
		}
		b.ReportMetric(float64(bytes), "wire-bytes")
	})
}

func BenchmarkEncodeKeyframe(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		enc, bytes := protocol.NewBodyEncoder(f.schema), 0
		for b.Loop() {
			bytes = len(enc.Encode(nil, f.now))
		}
		b.ReportMetric(float64(bytes), "wire-bytes")
	})
}

func BenchmarkApplyDelta(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		body, r := slices.Clone(protocol.NewBodyEncoder(f.schema).Encode(f.before, f.now)), protocol.NewReader()
		for b.Loop() {
			if _, err := r.Apply(f.schema, f.before, 2, body); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkHash(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		for b.Loop() {
			protocol.Hash(f.now, f.schema)
		}
	})
}

func BenchmarkCheckDelta(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		frame := bodyFrame(protocol.NewBodyEncoder(f.schema).Encode(f.before, f.now))
		b.SetBytes(int64(len(frame)))
		for b.Loop() {
			if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkReadInput(b *testing.B) {
	r, values := protocol.NewReader(), make([]int32, 4)
	frame := protocol.MustEncode(list{3, 1, 70000, 69990, list{1, -1, 2000, 1}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := protocol.Check(frame, protocol.FromClient); err != nil {
			b.Fatal(err)
		}
		if _, err := r.Input(frame, values); err != nil {
			b.Fatal(err)
		}
	}
}
