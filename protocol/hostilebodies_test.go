package protocol_test

import (
	"encoding/hex"
	"math"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// hostileSchemaOfBodies and hostileBase are what the hostile bodies are applied to.
var hostileSchemaOfBodies = protocol.Schema{
	{Name: "a", Fields: protocol.Fields{
		{Name: "n", Kind: protocol.FieldInt, Max: 100},
		{Name: "x", Kind: protocol.FieldFixed, Step: 0.5, Min: -50, Max: 50},
		{Name: "h", Kind: protocol.FieldAngle, Bits: 4},
		{Name: "r", Kind: protocol.FieldFloat32},
		{Name: "s", Kind: protocol.FieldString, MaxBytes: 4},
	}},
	{Name: "b"},
	{Name: "c", Fields: protocol.Fields{{Name: "on", Kind: protocol.FieldBool}}},
	{Name: "d", Fields: protocol.Fields{{Name: "q", Kind: protocol.FieldQuat, Bits: 2}, {Name: "u", Kind: protocol.FieldUnit, Bits: 2}}},
}

var hostileBase = world{9, [][]row{
	{{5, list{50, 0, 3, single(1.5), "ab"}}, {9, list{0, -50, 15, single(0), ""}}},
	{{1, nil}, {math.MaxUint32, nil}},
	{{2, list{1}}},
	{{3, list{200, 10}}},
}}

type brokenBody struct {
	name string
	body any
}

func removed(gaps ...any) any   { return list{list{0, list(gaps), list{}, list{}}} }
func changed(values ...any) any { return list{list{0, list{}, list(values), list{}}} }
func added(values ...any) any   { return list{list{0, list{}, list{}, list(values)}} }

// wholeRow is an added row of the first table.
func wholeRow(gap any) list { return list{gap, 1, 1, 1, single(1), "s"} }

// brokenEntries are wrong around the lists.
var brokenEntries = []brokenBody{
	{"body is nil", nil},
	{"body is a number", 0},
	{"body is a map", object{}},
	{"an entry is nil", list{nil}},
	{"an entry is a number", list{0}},
	{"an entry of three elements", list{list{0, list{}, list{}}}},
	{"an entry of six elements", list{list{0, list{5}, list{}, list{}, list{}, list{}}}},
	{"an entry of five elements, the last an entry", list{list{0, list{5}, list{}, list{}, list{1, list{}, list{}, list{}}}}},
	{"table index is negative", list{list{-1, list{}, list{}, list{}}}},
	{"table index beyond the schema", list{list{4, list{}, list{}, list{}}}},
	{"table index far beyond the schema", list{list{1 << 32, list{}, list{}, list{}}}},
	{"table index is a float", list{list{float(0.5), list{}, list{}, list{}}}},
	{"table index is nil", list{list{nil, list{}, list{}, list{}}}},
	{"the same table twice", list{list{0, list{5}, list{}, list{}}, list{0, list{9}, list{}, list{}}}},
	{"table indices fall", list{list{2, list{2}, list{}, list{}}, list{1, list{1}, list{}, list{}}}},
}

// brokenRemovals are wrong in the list of removed ids.
var brokenRemovals = []brokenBody{
	{"removed is nil", list{list{0, nil, list{}, list{}}}},
	{"removed is a number", list{list{0, 5, list{}, list{}}}},
	{"removed: gap 0", removed(0)},
	{"removed: gap 0 after an id", removed(5, 0)},
	{"removed: negative gap", removed(9, -4)},
	{"removed: gap is a float", removed(float(4.5))},
	{"removed: gap is a string", removed("5")},
	{"removed: absent id", removed(6)},
	{"removed: absent id beyond the last", removed(5, 4, 1)},
	{"left is nil", list{list{0, list{}, list{}, list{}, nil}}},
	{"left: absent id", list{list{0, list{}, list{}, list{}, list{6}}}},
	{"left: gap 0", list{list{0, list{}, list{}, list{}, list{5, 0}}}},
	{"left: an id that was removed", list{list{0, list{5}, list{}, list{}, list{5}}}},
	{"left: an id that was added", list{list{0, list{}, list{}, list(wholeRow(7)), list{7}}}},
	{"removed: id beyond 2^32-1", list{list{1, list{1, math.MaxUint32}, list{}, list{}}}},
}

// brokenChanges are wrong in the list of changed rows.
var brokenChanges = []brokenBody{
	{"changed is nil", list{list{0, list{}, nil, list{}}}},
	{"changed: gap 0", changed(0, 1, 1)},
	{"changed: the same id twice", changed(5, 1, 1, 0, 1, 1)},
	{"changed: absent id", changed(6, 1, 1)},
	{"changed: id that is removed", list{list{0, list{5}, list{5, 1, 1}, list{}}}},
	{"changed: id beyond 2^32-1", list{list{1, list{}, list{math.MaxUint32 + 1, 1, 1}, list{}}}},
	{"changed: id alone", changed(5)},
	{"changed: id and mask alone", changed(5, 1)},
	{"changed: a value missing", changed(5, 3, 1)},
	{"changed: a value missing before the next row", changed(5, 3, 1, 4, 1, 1)},
	{"changed: a value left over", changed(5, 1, 1, 4)},
	{"changed: mask 0", changed(5, 0)},
	{"changed: negative mask", changed(5, -1, 1, 1, 1, single(1), "s")},
	{"changed: mask over 32 bits", changed(5, 1<<32|1, 1)},
	{"changed: mask is a float", changed(5, float(1.5), 1)},
	{"changed: mask names a field that is not there", changed(5, 1<<5, 1)},
	{"changed: mask with its highest bit", changed(5, 1<<31, 1)},
	{"changed: mask in a table without fields", list{list{1, list{}, list{1, 1, 1}, list{}}}},
	{"changed: int above its range", changed(5, 1, 51)},
	{"changed: int below its range", changed(5, 1, -51)},
	{"changed: fixed above its range", changed(5, 2, 51)},
	{"changed: fixed below its range", changed(9, 2, -1)},
	{"changed: angle above its range", changed(9, 4, 1)},
	{"changed: angle below its range", changed(5, 4, -4)},
	{"changed: bool above its range", list{list{2, list{}, list{2, 1, 1}, list{}}}},
	{"changed: rotation above its range", list{list{3, list{}, list{3, 1, 256}, list{}}}},
	{"changed: rotation below its range", list{list{3, list{}, list{3, 1, -1}, list{}}}},
	{"changed: rotation over 32 bits", list{list{3, list{}, list{3, 1, 1 << 32}, list{}}}},
	{"changed: rotation is a list", list{list{3, list{}, list{3, 1, list{0, 0, 0, 1}}, list{}}}},
	{"changed: direction above its range", list{list{3, list{}, list{3, 2, 16}, list{}}}},
	{"changed: direction is a float", list{list{3, list{}, list{3, 2, float(0.5)}, list{}}}},
	{"changed: difference that wraps to a good quantum", changed(5, 1, 1<<32)},
	{"changed: difference far over 33 bits", changed(5, 1, 1<<53)},
	{"changed: difference is a float", changed(5, 1, float(0.5))},
	{"changed: difference is nil", changed(5, 1, nil)},
	{"changed: difference is a bool", list{list{2, list{}, list{2, 1, false}, list{}}}},
	{"changed: float32 is a float64", changed(5, 8, float(0.1))},
	{"changed: float32 is a string", changed(5, 8, "1")},
	{"changed: string is nil", changed(5, 16, nil)},
	{"changed: string is bin", changed(5, 16, bin("ab"))},
	{"changed: string too long", changed(5, 16, "abcde")},
	{"changed: string of three runes, but five bytes", changed(5, 16, "aéé")},
}

// brokenAdditions are wrong in the list of added rows.
var brokenAdditions = []brokenBody{
	{"added is nil", list{list{0, list{}, list{}, nil}}},
	{"added: gap 0", added(wholeRow(0)...)},
	{"added: the same id twice", added(append(wholeRow(1), wholeRow(0)...)...)},
	{"added: id that is there", added(wholeRow(5)...)},
	{"added: id that is there, after one that is not", added(append(wholeRow(6), wholeRow(3)...)...)},
	{"added: id that the same body removes", list{list{0, list{5}, list{}, wholeRow(5)}}},
	{"added: id that the same body changes", list{list{0, list{}, list{5, 1, 1}, wholeRow(5)}}},
	{"added: id beyond 2^32-1", added(append(wholeRow(10), wholeRow(math.MaxUint32-9)...)...)},
	{"added: a value missing", added(1, 1, 1, 1, single(1))},
	{"added: a value left over", added(append(wholeRow(1), 1)...)},
	{"added: int above its range", added(1, 101, 1, 1, single(1), "")},
	{"added: int below its range", added(1, -1, 1, 1, single(1), "")},
	{"added: int over 32 bits", added(1, 1<<32, 1, 1, single(1), "")},
	{"added: int is a float", added(1, float(0.5), 1, 1, single(1), "")},
	{"added: fixed below its range", added(1, 1, -51, 1, single(1), "")},
	{"added: angle above its range", added(1, 1, 1, 16, single(1), "")},
	{"added: rotation above its range", list{list{3, list{}, list{}, list{1, 256, 0}}}},
	{"added: direction below its range", list{list{3, list{}, list{}, list{1, 0, -1}}}},
	{"added: float32 is a float64", added(1, 1, 1, 1, float(0.1), "")},
	{"added: string is a number", added(1, 1, 1, 1, single(1), 1)},
	{"added: string too long", added(1, 1, 1, 1, single(1), "abcde")},
	{"added: bool is a bool, not a quantum", list{list{2, list{}, list{}, list{1, true}}}},
	{"added: bool of quantum 2", list{list{2, list{}, list{}, list{1, 2}}}},
}

// hostileBodies are bodies that Check passes in a frame, and Apply refuses.
func hostileBodies(t testing.TB) []hostileBody {
	enc := protocol.NewBodyEncoder(hostileSchemaOfBodies)
	base := build(t, hostileSchemaOfBodies, hostileBase)
	keyframe := hex.EncodeToString(enc.Encode(nil, base))
	var bodies []hostileBody
	for _, c := range slices.Concat(brokenEntries, brokenRemovals, brokenChanges, brokenAdditions) {
		bodies = append(bodies, hostileBody{Name: c.name, Base: keyframe, Hex: hexOf(c.body), base: base})
	}
	return append(bodies,
		hostileBody{Name: "keyframe that removes", Hex: hexOf(removed(5))},
		hostileBody{Name: "keyframe that changes", Hex: hexOf(changed(5, 1, 1))})
}
