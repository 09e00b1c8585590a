package protocol_test

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deltatick/deltatick/protocol"
)

// snapshotVector is a sequence of worlds of one schema, and the bodies that lead from any of them to any later one.
type snapshotVector struct {
	Name   string      `json:"name"`
	Enter  string      `json:"enter"`  // the frame that brings the schema, in hex
	Tables list        `json:"tables"` // the same schema, as on the wire
	Worlds []worldJSON `json:"worlds"`
	Bodies []bodyJSON  `json:"bodies"`

	schema    protocol.Schema
	snapshots []*protocol.Snapshot
}

type worldJSON struct {
	Tick   uint32      `json:"tick"`
	Hash   uint32      `json:"hash"`
	Tables [][]rowJSON `json:"tables"`
}

type bodyJSON struct {
	Tick uint32 `json:"tick"`
	Base uint32 `json:"base"` // 0 for a keyframe
	Hex  string `json:"hex"`
}

func snapshotVectors(t testing.TB) []snapshotVector {
	var vectors []snapshotVector
	for _, s := range stories() {
		v := snapshotVector{Name: s.name, Tables: saySchema(t, s.schema), schema: s.schema}
		v.Enter = hexOf(protocol.Enter{Kind: protocol.KindEnter, Epoch: 1, Match: "m", Game: "g", Seat: 1, TickRate: 60,
			Tick: s.worlds[0].tick, HashEvery: 1, Tables: s.schema})
		enc := protocol.NewBodyEncoder(s.schema)
		for i, w := range s.worlds {
			cur := build(t, s.schema, w)
			v.Worlds = append(v.Worlds, worldJSON{w.tick, protocol.Hash(cur, s.schema), sayWorld(s.schema, cur)})
			v.Bodies = append(v.Bodies, bodyJSON{w.tick, 0, hex.EncodeToString(enc.Encode(nil, cur))})
			for from := i - 1; from >= 0; from-- {
				base := v.snapshots[from]
				v.Bodies = append(v.Bodies, bodyJSON{w.tick, base.Tick, hex.EncodeToString(enc.Encode(base, cur))})
			}
			v.snapshots = append(v.snapshots, cur)
		}
		vectors = append(vectors, v)
	}
	return vectors
}

type story struct {
	name   string
	schema protocol.Schema
	worlds []world
}

func stories() []story {
	return []story{everyKind(), extremes(), severalTables(), thirtyTwoFields(), longLists(), nothingAtAll(), turning(), gliding()}
}

func everyKind() story {
	ship := func(id uint32, alive, hp, x, heading int, raw float32, name string) row {
		return row{id, list{alive, hp, x, heading, single(raw), name}}
	}
	return story{"a field of every kind: spawn, change, despawn, stillness",
		protocol.Schema{{Name: "ships", Fields: protocol.Fields{
			{Name: "alive", Kind: protocol.FieldBool},
			{Name: "hp", Kind: protocol.FieldInt, Min: -100, Max: 100},
			{Name: "x", Kind: protocol.FieldFixed, Offset: -1000, Step: 0.01, Min: -50, Max: 200000},
			{Name: "heading", Kind: protocol.FieldAngle, Bits: 10},
			{Name: "raw", Kind: protocol.FieldFloat32},
			{Name: "name", Kind: protocol.FieldString, MaxBytes: 16},
		}}},
		[]world{
			{1, [][]row{{}}},
			{2, [][]row{{ship(1, 1, 100, 100000, 0, 0.1, "Ada"), ship(2, 0, -100, -50, 1023, -2.5, "größer")}}},
			{3, [][]row{{ship(1, 1, 99, 100017, 1, 0.1, "Ada"), ship(2, 1, -99, 0, 0, -2.5, "größer"), ship(400, 1, 0, 200000, 512, 1e-3, "")}}},
			{6, [][]row{{ship(1, 1, 99, 100017, 1, 0.1, "Ada"), ship(2, 1, -99, 0, 0, -2.5, "größer"), ship(400, 1, 0, 200000, 512, 1e-3, "")}}},
			{7, [][]row{{ship(2, 0, 100, 199999, 700, 3.25, "日本 🚀"), ship(400, 1, 0, 200000, 512, 1e-3, "x"), ship(401, 0, 5, 5, 5, 5, "five")}}},
			{70, [][]row{{ship(401, 0, 5, 5, 5, 5, "")}}},
		}}
}

func extremes() story {
	const low, high = math.MinInt32, math.MaxInt32
	inf := float32(math.Inf(1))
	long := strings.Repeat("ü", 127) + "x"
	return story{"the ends of everything: 33-bit differences, far ids, special floats, long strings",
		protocol.Schema{{Name: "edges", Fields: protocol.Fields{
			{Name: "i", Kind: protocol.FieldInt, Min: low, Max: high},
			{Name: "f", Kind: protocol.FieldFixed, Offset: 0.1, Step: 0.3, Min: low, Max: high},
			{Name: "a", Kind: protocol.FieldAngle, Bits: 24},
			{Name: "b", Kind: protocol.FieldAngle, Bits: 1},
			{Name: "r", Kind: protocol.FieldFloat32},
			{Name: "s", Kind: protocol.FieldString, MaxBytes: 255},
		}}},
		[]world{
			{1, [][]row{{
				{1, list{low, high, 1<<24 - 1, 0, single(0), ""}},
				{70000, list{high, low, 0, 1, single(math.Copysign(0, -1)), long}},
				{math.MaxUint32, list{0, -1, 1 << 23, 1, single(inf), "a\x00b"}},
			}}},
			{2, [][]row{{
				{1, list{high, low, 0, 1, single(math.Copysign(0, -1)), long}},
				{70000, list{low, high, 1<<24 - 1, 0, single(0), ""}},
				{math.MaxUint32, list{-1, 0, 1<<23 + 1, 0, single(-inf), "a\x00c"}},
			}}},
			{math.MaxInt32, [][]row{{
				{1, list{low, low, 1, 1, single(math.SmallestNonzeroFloat32), "é"}},
				{2, list{1, 1, 1, 1, single(math.MaxFloat32), "\U0010ffff"}},
				{math.MaxUint32, list{high, high, 0, 0, single(math.NaN()), "\u2028"}},
			}}},
			{math.MaxUint32, [][]row{{
				{1, list{-128, -32769, 65536, 1, single(-0.0000001), "e\u0301"}},
				{2, list{-129, -32768, 65535, 1, single(16777216), "\uffff"}},
				{math.MaxUint32, list{127, 128, 256, 0, single(1), " "}},
			}}},
		}}
}

func severalTables() story {
	n := protocol.Fields{{Name: "n", Kind: protocol.FieldInt, Min: -10, Max: 10}}
	return story{"several tables: empty ones, one without fields, ids that are the same in two",
		protocol.Schema{{Name: "a", Fields: n}, {Name: "ids only"}, {Name: "always empty", Fields: n}, {Name: "b", Fields: n}},
		[]world{
			{10, [][]row{{{1, list{1}}, {3, list{3}}}, {{1, nil}, {9, nil}}, {}, {{1, list{-1}}}}},
			{11, [][]row{{{1, list{1}}, {3, list{3}}}, {{1, nil}, {9, nil}}, {}, {{1, list{-2}}}}},
			{12, [][]row{{{1, list{2}}, {2, list{2}}, {3, list{3}}}, {{9, nil}, {10, nil}, {300, nil}}, {}, {}}},
			{13, [][]row{{}, {}, {}, {{70000, list{0}}}}},
		}}
}

func thirtyTwoFields() story {
	var fields protocol.Fields
	still, moved, last := make(list, 32), make(list, 32), make(list, 32)
	for i := range 32 {
		fields = append(fields, protocol.Field{Name: "f" + string(rune('a'+i%26)) + string(rune('a'+i/26)), Kind: protocol.FieldInt, Max: 100})
		still[i], moved[i], last[i] = i, 100-i, i
	}
	last[31] = 99
	return story{"thirty-two fields: a mask with its highest bit",
		protocol.Schema{{Name: "wide", Fields: fields}},
		[]world{
			{1, [][]row{{{1, still}, {2, still}}}},
			{2, [][]row{{{1, last}, {2, still}}}},
			{3, [][]row{{{1, moved}, {2, last}}}},
		}}
}

func longLists() story {
	rows := func(from, to, step, add int) []row {
		var out []row
		for id := from; id < to; id += step {
			out = append(out, row{uint32(id), list{(id*37 + add) % 1000}})
		}
		return out
	}
	return story{"lists longer than fifteen",
		protocol.Schema{{Name: "dots", Fields: protocol.Fields{{Name: "x", Kind: protocol.FieldFixed, Offset: -5, Step: 0.01, Max: 999}}}},
		[]world{
			{1, [][]row{rows(1, 60, 1, 0)}},
			{2, [][]row{rows(1, 60, 1, 13)}},
			{3, [][]row{rows(2, 90, 2, 700)}},
			{4, [][]row{rows(4, 120, 4, 1)}},
		}}
}

func turning() story {
	const low, high = math.MinInt32, math.MaxInt32
	fields := protocol.Fields{
		{Name: "spin", Kind: protocol.FieldQuat, Bits: 9}, {Name: "fine", Kind: protocol.FieldQuat, Bits: 10},
		{Name: "coarse", Kind: protocol.FieldQuat, Bits: 2}, {Name: "aim", Kind: protocol.FieldUnit, Bits: 12},
		{Name: "up", Kind: protocol.FieldUnit, Bits: 15}, {Name: "side", Kind: protocol.FieldUnit, Bits: 2},
	}
	vectors := [][4]float64{{0, 0, 0, 1}, {1, 0, 0, 0}, {0, -1, 0, 0}, {0, 0, -2, 0}, {1, 1, 1, 1}, {-1, -1, 1, -1}, {0.1, -0.2, 0.3, -0.4}, {3, -4, -5, 0}}
	body := func(id uint32, v [4]float64) row {
		r := row{id: id}
		for _, f := range fields {
			q, _ := f.QuantumOf(v)
			r.values = append(r.values, int(q))
		}
		return r
	}
	bodies := func(from int) (rows []row) {
		for i := range vectors {
			rows = append(rows, body(uint32(i+1), vectors[(from+i)%len(vectors)]))
		}
		return rows
	}
	return story{"rotations and directions: the axes, equal components, signs, and quanta that no encoder makes",
		protocol.Schema{{Name: "bodies", Fields: fields}},
		[]world{
			{1, [][]row{bodies(0)}},
			{2, [][]row{bodies(1)}},
			{3, [][]row{append(bodies(3)[:4], row{9, list{0, 0, 0, 0, 0, 0}}, row{10, list{1<<29 - 1, high, 255, 1<<24 - 1, 1<<30 - 1, 15}})}},
			{4, [][]row{{{9, list{1<<29 - 1, low, 0, 1 << 12, 1<<15 - 1, 9}}, {10, list{3 << 27, -1, 1, 1<<12 - 1, 1 << 15, 4}}}}},
		}}
}

func gliding() story {
	glider := func(id uint32, x, vx, ax, heading, turn int) row { return row{id, list{x, vx, ax, heading, turn}} }
	return story{"rates: before and behind their field, of one another, of an angle, from where they are zero",
		protocol.Schema{{Name: "gliders", Fields: protocol.Fields{
			{Name: "x", Kind: protocol.FieldFixed, Step: 0.01, Min: -100000, Max: 100000, Rate: 2, PerTick: 54613}, // 0.5 / 0.01 / 60 * 2^16
			{Name: "vx", Kind: protocol.FieldFixed, Offset: -600, Step: 0.5, Max: 2400, Rate: 3, PerTick: 2185},    // 1 / 0.5 / 60 * 2^16
			{Name: "ax", Kind: protocol.FieldInt, Min: -100, Max: 100},
			{Name: "heading", Kind: protocol.FieldAngle, Bits: 12, Rate: 5, PerTick: 7121}, // 0.01 / (2π / 2^12) / 60 * 2^16
			{Name: "turn", Kind: protocol.FieldFixed, Step: 0.01, Min: -1000, Max: 1000},
		}}},
		[]world{
			{60, [][]row{{glider(1, 0, 1300, 60, 4000, 600), glider(2, -100000, 0, 0, 0, -600), glider(3, 5, 1200, 0, 7, 0)}}},
			{61, [][]row{{glider(1, 83, 1302, 60, 4065, 600), glider(2, -100000, 0, 0, 4031, -600), glider(3, 5, 1200, 0, 7, 0)}}},
			{62, [][]row{{glider(1, 168, 1304, 60, 34, 600), glider(2, -99000, 2400, -100, 3966, -600), glider(4, 7, 7, 7, 7, 7)}}},
			{70, [][]row{{glider(1, 840, 1320, 59, 559, 0), glider(4, 100000, 0, 0, 0, 1000)}}},
		}}
}

func nothingAtAll() story {
	return story{"a world without tables", protocol.Schema{}, []world{{5, nil}, {6, nil}}}
}

func TestSnapshotVectorsMeanWhatTheySay(t *testing.T) {
	for _, v := range snapshotVectors(t) {
		var enter protocol.Enter
		if err := protocol.DecodeFrame(unhex(v.Enter), &enter); err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		if diff := cmp.Diff(v.schema, enter.Tables, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s: the enter frame brings another schema: (-want +got)\n%s", v.Name, diff)
		}
		r, at := protocol.NewReader(), map[uint32]*protocol.Snapshot{}
		for _, s := range v.snapshots {
			at[s.Tick] = s
		}
		for _, b := range v.Bodies {
			body := unhex(b.Hex)
			if _, err := protocol.Check(bodyFrame(body), protocol.FromServer); err != nil {
				t.Fatalf("%s, %d from %d: %v", v.Name, b.Tick, b.Base, err)
			}
			got, err := r.Apply(enter.Tables, at[b.Base], b.Tick, body)
			if err != nil {
				t.Fatalf("%s, %d from %d: %v", v.Name, b.Tick, b.Base, err)
			}
			if diff := diffWorlds(at[b.Tick], got); diff != "" {
				t.Errorf("%s, %d from %d: (-want +got)\n%s", v.Name, b.Tick, b.Base, diff)
			}
		}
	}
}
