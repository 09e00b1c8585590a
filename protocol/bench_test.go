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
	for _, n := range []int{16, 100, 1000, 5000} {
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
		reportFields(b, len(f.boats), bytes, 1)
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
		reportFields(b, len(f.boats), len(body), 1)
	})
}

// voyage is a fleet's snapshots at ticks 1, 2, 3, ..., for codecs that know what was before.
func (f *fleet) voyage(ticks int) []*protocol.Snapshot {
	worlds := make([]*protocol.Snapshot, ticks)
	for i := range worlds {
		f.sail(i + 1)
		worlds[i] = protocol.NewSnapshot(f.schema)
		worlds[i].Reset(uint32(i + 1))
		f.quantise(worlds[i])
	}
	return worlds
}

const voyageTicks = 64

// movingFields is how many fields of a boat change in a tick.
const movingFields = 3

func BenchmarkEncodePacked(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		worlds := f.voyage(voyageTicks)
		enc, state := protocol.NewPackedEncoder(), protocol.NewPacked(f.schema)
		body := enc.Encode(nil, state, nil, worlds[0], false)
		start := protocol.NewPacked(f.schema)
		start.CopyFrom(state)
		bytes, bodies, i := 0, 0, 1
		for b.Loop() {
			body = enc.Encode(body[:0], state, worlds[i-1], worlds[i], false)
			bytes += len(body)
			bodies++
			if i++; i == len(worlds) {
				state.CopyFrom(start)
				i = 1
			}
		}
		reportFields(b, len(f.boats), bytes, bodies)
	})
}

func BenchmarkApplyPacked(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		worlds := f.voyage(voyageTicks)
		enc, out, in := protocol.NewPackedEncoder(), protocol.NewPacked(f.schema), protocol.NewPacked(f.schema)
		r, bodies := protocol.NewReader(), make([][]byte, len(worlds))
		for i, s := range worlds {
			var base *protocol.Snapshot
			if i > 0 {
				base = worlds[i-1]
			}
			bodies[i] = enc.Encode(nil, out, base, s, false)
		}
		apply := func(i int, base *protocol.Snapshot) {
			if _, err := r.ApplyPacked(f.schema, in, base, uint32(i+1), bodies[i]); err != nil {
				b.Fatal(err)
			}
		}
		apply(0, nil)
		start := protocol.NewPacked(f.schema)
		start.CopyFrom(in)
		bytes, n, i := 0, 0, 1
		for b.Loop() {
			apply(i, worlds[i-1])
			bytes += len(bodies[i])
			n++
			if i++; i == len(worlds) {
				in.CopyFrom(start)
				i = 1
			}
		}
		reportFields(b, len(f.boats), bytes, n)
	})
}

func BenchmarkForkPacked(b *testing.B) {
	forEachFleet(b, func(b *testing.B, f *fleet) {
		worlds := f.voyage(2)
		enc, state, fork := protocol.NewPackedEncoder(), protocol.NewPacked(f.schema), protocol.NewPacked(f.schema)
		enc.Encode(nil, state, nil, worlds[0], false)
		for b.Loop() {
			fork.CopyFrom(state)
		}
	})
}

// reportFields adds what a body takes on the wire and what a field that changes takes of the time.
func reportFields(b *testing.B, boats, bytes, bodies int) {
	b.ReportMetric(float64(bytes)/float64(bodies), "wire-bytes")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(movingFields*boats), "ns/field")
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
