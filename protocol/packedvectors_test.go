package protocol_test

import (
	"encoding/hex"
	"math"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// packedVector is a stream of bodies in codec packed, in the order in which they are decoded, each with the world it makes.
type packedVector struct {
	Name   string       `json:"name"`
	Enter  string       `json:"enter"`
	Tables list         `json:"tables"`
	Bodies []packedJSON `json:"bodies"`

	schema    protocol.Schema
	snapshots []*protocol.Snapshot // by body
}

type packedJSON struct {
	Tick  uint32      `json:"tick"`
	Base  uint32      `json:"base"` // 0 for a keyframe, else the tick of the body before
	Fresh bool        `json:"fresh"`
	Hex   string      `json:"hex"`
	Hash  uint32      `json:"hash"`
	Left  [][]uint32  `json:"left"`
	World [][]rowJSON `json:"world"` // nil where the stream is long: the hash says enough
}

func packedVectors(t testing.TB) []packedVector {
	var vectors []packedVector
	for _, s := range stories() {
		var worlds []*protocol.Snapshot
		for _, w := range s.worlds {
			worlds = append(worlds, build(t, s.schema, w))
		}
		vectors = append(vectors, packedStream(t, s.name, s.schema, worlds, true))
	}
	return append(vectors,
		packedStream(t, "rows that come, go, leave the view, rest and jump, in fields of every kind", anySchema, history(anySchema, 7, 60), false),
		packedStream(t, "steady motion, even intervals, a stop and a start", orbitSchema, orbits(150), false))
}

// packedStream encodes worlds one after another. The third body and every 32nd after it is fresh, every 40th is a keyframe.
func packedStream(t testing.TB, name string, schema protocol.Schema, worlds []*protocol.Snapshot, tell bool) packedVector {
	v := packedVector{Name: name, Tables: saySchema(t, schema), schema: schema, snapshots: worlds}
	v.Enter = hexOf(protocol.Enter{Kind: protocol.KindEnter, Epoch: 1, Match: "m", Game: "g", Seat: 1, TickRate: 60,
		Tick: worlds[0].Tick, HashEvery: 1, Tables: schema})
	enc, state := protocol.NewPackedEncoder(), protocol.NewPacked(schema)
	var base *protocol.Snapshot
	for i, s := range worlds {
		if i%40 == 0 {
			base = nil
		}
		b := packedJSON{Tick: s.Tick, Fresh: base == nil || i%32 == 2, Hash: protocol.Hash(s, schema)}
		if base != nil {
			b.Base = base.Tick
		}
		b.Hex = hex.EncodeToString(enc.Encode(nil, state, base, s, b.Fresh))
		for table := range schema {
			b.Left = append(b.Left, leftOf(base, s, table))
			if b.Left[table] == nil {
				b.Left[table] = []uint32{}
			}
		}
		if tell {
			b.World = sayWorld(schema, s)
		}
		v.Bodies = append(v.Bodies, b)
		base = s
	}
	return v
}

var orbitSchema = protocol.Schema{{Name: "moons", Fields: protocol.Fields{
	{Name: "x", Kind: protocol.FieldFixed, Step: 0.01, Min: -20000, Max: 200000, Rate: 3, PerTick: 1 << 14},
	{Name: "y", Kind: protocol.FieldInt, Min: -20000, Max: 200000},
	{Name: "vx", Kind: protocol.FieldFixed, Offset: -100, Step: 0.1, Max: 8000},
	{Name: "turn", Kind: protocol.FieldAngle, Bits: 12},
	{Name: "heat", Kind: protocol.FieldFloat32},
	{Name: "hp", Kind: protocol.FieldInt, Max: 255},
	{Name: "lit", Kind: protocol.FieldBool},
}}}

// orbits makes smooth worlds out of integers, so that no machine's sine is in the vectors.
func orbits(n int) []*protocol.Snapshot {
	const moons = 20
	var worlds []*protocol.Snapshot
	for tick := range int32(n) {
		s := protocol.NewSnapshot(orbitSchema)
		s.Reset(uint32(tick) + 1)
		rows := &s.Tables[0]
		rows.Resize(moons, orbitSchema[0].Fields)
		for i := range int32(moons) {
			own := tick
			if i%4 == 3 { // a rest in the middle
				own = min(own, 30) + max(0, own-90)
			}
			rows.IDs[i] = uint32(3*i + 1)
			v := 2*own + 11*i
			for f, q := range []int32{own*own/4 + 11*i*own/4, own*(150-own)/7 - 300*i, 1000 + v, (own*37 + i*100) & 4095,
				int32(math.Float32bits(float32(own*own) / 64)), 255 - (own+i)/6, own / 16 & 1} {
				rows.Column(f)[i] = q
			}
		}
		worlds = append(worlds, s)
	}
	return worlds
}

func TestPackedVectorsMeanWhatTheySay(t *testing.T) {
	for _, v := range packedVectors(t) {
		if err := v.schema.Validate(); err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		r, state := protocol.NewReader(), protocol.NewPacked(v.schema)
		var base, before *protocol.Snapshot
		for i, b := range v.Bodies {
			if b.Base == 0 {
				base, before = nil, nil
			}
			got, err := r.ApplyPacked(v.schema, state, base, b.Tick, unhex(b.Hex))
			if err != nil {
				t.Fatalf("%s, tick %d: %v", v.Name, b.Tick, err)
			}
			sameWorld(t, v.schema, before, v.snapshots[i], got)
			base, before = got, v.snapshots[i]
		}
	}
}
