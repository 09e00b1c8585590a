package protocol_test

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/deltatick/deltatick/protocol"
)

// brokenFrame is a frame whose elements are not what its kind has.
type brokenFrame struct {
	name  string
	value list
}

func text(n int) string { return strings.Repeat("x", n) }

var brokenClientFrames = []brokenFrame{
	{"too few elements", list{1, 1, "c", list{"mp"}, list{"guest", "n"}}},
	{"version is a float", list{1, float(1.5), "c", list{"mp"}, list{}, nil}},
	{"version is negative", list{1, -1, "c", list{"mp"}, list{}, nil}},
	{"version over 32 bits", list{1, 1 << 32, "c", list{"mp"}, list{}, nil}},
	{"client is nil", list{1, 1, nil, list{"mp"}, list{}, nil}},
	{"client of 65 bytes", list{1, 1, text(65), list{"mp"}, list{}, nil}},
	{"codecs is a string", list{1, 1, "c", "mp", list{}, nil}},
	{"codecs is nil", list{1, 1, "c", nil, list{}, nil}},
	{"nine codecs", list{1, 1, "c", list{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, list{}, nil}},
	{"a codec is a number", list{1, 1, "c", list{1}, list{}, nil}},
	{"auth of five strings", list{1, 1, "c", list{"mp"}, list{"1", "2", "3", "4", "5"}, nil}},
	{"auth with a number", list{1, 1, "c", list{"mp"}, list{"guest", 5}, nil}},
	{"resume without seq", list{1, 1, "c", list{"mp"}, list{}, list{"token"}}},
	{"resume is a string", list{1, 1, "c", list{"mp"}, list{}, "token"}},
	{"resume token of 513 bytes", list{1, 1, "c", list{"mp"}, list{}, list{text(513), 0}}},
	{"resume token is bin", list{1, 1, "c", list{"mp"}, list{}, list{bin("token"), 0}}},
	{"resume seq is nil", list{1, 1, "c", list{"mp"}, list{}, list{"token", nil}}},
	{"too few elements", list{2, 1, "lobby", "list"}},
	{"id over 32 bits", list{2, 1 << 32, "lobby", "list", nil}},
	{"channel with a capital", list{2, 1, "Lobby", "list", nil}},
	{"channel is empty", list{2, 1, "", "list", nil}},
	{"channel of 65 bytes", list{2, 1, text(65), "list", nil}},
	{"name with a blank", list{2, 1, "lobby", "li st", nil}},
	{"name is nil", list{2, 1, "lobby", nil, nil}},
	{"once is a number", list{2, 1, "lobby", "list", nil, 1}},
	{"within is negative", list{2, 1, "lobby", "list", nil, true, -1}},
	{"within is nil", list{2, 1, "lobby", "list", nil, true, nil}},
	{"too few elements", list{8, 1, "chat", "say"}},
	{"seq is negative", list{8, -1, "chat", "say", nil}},
	{"channel with a capital", list{8, 1, "Chat", "say", nil}},
	{"name is empty", list{8, 1, "chat", "", nil}},
	{"name of 65 bytes", list{8, 1, "chat", text(65), nil}},
	{"too few elements", list{9, 1, nil}},
	{"id is nil", list{9, nil, nil, nil}},
	{"error is a string", list{9, 1, "no", nil}},
	{"error of two strings", list{9, 1, list{"no", ""}, nil}},
	{"error message is a number", list{9, 1, list{"no", "", 3}, nil}},
	{"too few elements", list{10, 1, "a", "b", 1}},
	{"size of 0", list{10, 1, "a", "b", 0, ""}},
	{"size is negative", list{10, 1, "a", "b", -1, ""}},
	{"size is a float", list{10, 1, "a", "b", float(1.5), ""}},
	{"channel with a capital", list{10, 1, "A", "b", 1, ""}},
	{"type of 65 bytes", list{10, 1, "a", "b", 1, text(65)}},
	{"too few elements", list{11, 1, 0, 0}},
	{"a chunk of 8193 bytes", list{11, 1, 0, 0, bin(text(8193))}},
	{"a chunk of no bytes", list{11, 1, 0, 0, bin("")}},
	{"a chunk that is a string", list{11, 1, 0, 0, "bytes"}},
	{"offset is negative", list{11, 1, -1, 0, bin("x")}},
	{"sum over 32 bits", list{11, 1, 0, 1 << 32, bin("x")}},
	{"too few elements", list{12, 1, 0, 0, false}},
	{"limit is nil", list{12, 1, 0, nil, false, nil}},
	{"done is a number", list{12, 1, 0, 0, 0, nil}},
	{"error of two strings", list{12, 1, 0, 0, true, list{"no", ""}}},
	{"too few elements", list{3, 1, 2, 3}},
	{"tick is a float", list{3, 1, float(2.5), 3, list{}}},
	{"tick is nil", list{3, 1, nil, 3, list{}}},
	{"ack is negative", list{3, 1, 2, -3, list{}}},
	{"values is a map", list{3, 1, 2, 3, object{}}},
	{"values is nil", list{3, 1, 2, 3, nil}},
	{"a value over 32 bits", list{3, 1, 2, 3, list{1 << 31}}},
	{"a value under 32 bits", list{3, 1, 2, 3, list{-1<<31 - 1}}},
	{"a value is a float", list{3, 1, 2, 3, list{float(0.5)}}},
	{"a value is a bool", list{3, 1, 2, 3, list{true}}},
	{"too few elements", list{4, 1}},
	{"ack is a string", list{4, 1, "2"}},
	{"too few elements", list{5, 1}},
	{"time is negative", list{5, -1, 0}},
	{"time is a float", list{5, float(1.5), 0}},
	{"seq is a bool", list{5, 1, false}},
	{"too few elements", list{6}},
	{"reason is negative", list{6, 1, -1}},
}

var brokenServerFrames = []brokenFrame{
	{"too few elements", list{16, 1, "s", "u", "n", "t", false, "mp", 1, 2, 3, 4}},
	{"session is nil", list{16, 1, nil, "u", "n", "t", false, "mp", 1, 2, 3, 4, "x"}},
	{"token of 513 bytes", list{16, 1, "s", "u", "n", text(513), false, "mp", 1, 2, 3, 4, "x"}},
	{"resumed is a number", list{16, 1, "s", "u", "n", "t", 0, "mp", 1, 2, 3, 4, "x"}},
	{"grace is negative", list{16, 1, "s", "u", "n", "t", false, "mp", 1, -2, 3, 4, "x"}},
	{"too few elements", list{17, 1, nil}},
	{"error is a string", list{17, 1, "full", nil}},
	{"error of two strings", list{17, 1, list{"full", ""}, nil}},
	{"error code is nil", list{17, 1, list{nil, "", ""}, nil}},
	{"too few elements", list{18, 1, "lobby", "state", nil}},
	{"seq is negative", list{18, -1, "lobby", "state", nil, 0}},
	{"channel is bin", list{18, 1, bin("lobby"), "state", nil, 0}},
	{"tick is nil", list{18, 1, "lobby", "state", nil, nil}},
	{"too few elements", list{19, 1}},
	{"now is negative", list{19, 1, -1}},
	{"taken is negative", list{19, 1, 1, -1}},
	{"taken is a bool", list{16, 1, "s", "u", "n", "t", false, "mp", 1, 2, 3, 4, "x", true, 0}},
	{"too few elements", list{22, 1, "a", "b", nil}},
	{"id is a string", list{22, "1", "a", "b", nil, 1}},
	{"channel of 65 bytes", list{22, 1, text(65), "b", nil, 1}},
	{"within is negative", list{22, 1, "a", "b", nil, -1}},
	{"size of 0", list{23, 1, "a", "b", 0, ""}},
	{"name is nil", list{23, 1, "a", nil, 1, ""}},
	{"channel of 65 bytes", list{23, 1, text(65), "b", 1, ""}},
	{"a chunk of 8193 bytes", list{24, 1, 0, 0, bin(text(8193))}},
	{"a chunk of no bytes", list{24, 1, 0, 0, bin("")}},
	{"a chunk that is an array", list{24, 1, 0, 0, list{1}}},
	{"offset is nil", list{25, 1, nil, 0, false, nil}},
	{"limit is negative", list{25, 1, 0, -1, false, nil}},
	{"error is a string", list{25, 1, 0, 0, true, "no"}},
	{"too few elements", list{21, 1, 2, 0, 0, 0, nil}},
	{"tick is a float", list{21, 1, float(2.5), 0, 0, 0, nil, list{}}},
	{"base is negative", list{21, 1, 2, -1, 0, 0, nil, list{}}},
	{"slack over 32 bits", list{21, 1, 2, 0, 0, 1 << 31, nil, list{}}},
	{"hash is negative", list{21, 1, 2, 0, 0, 0, -1, list{}}},
	{"hash is a string", list{21, 1, 2, 0, 0, 0, "", list{}}},
	{"too few elements", list{20, 1, "m", "g", 1, 60, 1, 60, list{}}},
	{"seat over 16 bits", list{20, 1, "m", "g", 65536, 60, 1, 60, list{}, list{}}},
}

// hostileContents are frames that Check passes and the Reader refuses.
func hostileContents() []hostileFrame {
	cases := slices.Concat(brokenClientFrames, brokenServerFrames)
	for _, c := range hostileSchemas() {
		cases = append(cases, brokenFrame{c.name, list{20, 1, "m", "g", 1, 60, 1, 60, c.tables, c.inputs}})
	}
	var frames []hostileFrame
	for _, c := range cases {
		kind, from := protocol.Kind(c.value[0].(int)), "client"
		if kind >= protocol.KindWelcome {
			from = "server"
		}
		frames = append(frames, hostileFrame{Name: kind.String() + ": " + c.name, From: from, Kind: kind.String(), Hex: hexOf(c.value)})
	}
	return frames
}

type hostileSchema struct {
	name           string
	tables, inputs any
}

// hostileSchemas are the schemas that an enter may not bring.
func hostileSchemas() []hostileSchema {
	many := func(n int, field func(name string) any) list {
		var out list
		for i := range n {
			out = append(out, field(fmt.Sprint("f", i)))
		}
		return out
	}
	boolean := func(name string) any { return list{name, 0} }
	schemas := []hostileSchema{
		{"tables is nil", nil, list{}},
		{"tables is a map", object{}, list{}},
		{"thirty-three tables", many(33, func(name string) any { return list{name, list{}} }), list{}},
		{"a table is a string", list{"t"}, list{}},
		{"a table without fields' list", list{list{"t"}}, list{}},
		{"a table's fields are nil", list{list{"t", nil}}, list{}},
		{"a table's name is empty", list{list{"", list{}}}, list{}},
		{"a table's name of 65 bytes", list{list{text(65), list{}}}, list{}},
		{"two tables of one name", list{list{"t", list{}}, list{"t", list{}}}, list{}},
		{"thirty-three fields", list{list{"t", many(33, boolean)}}, list{}},
		{"two fields of one name", list{list{"t", list{list{"a", 0}, list{"a", 4}}}}, list{}},
		{"inputs is nil", list{}, nil},
		{"seventeen inputs", list{}, many(17, boolean)},
		{"two inputs of one name", list{}, list{list{"a", 0}, list{"a", 0}}},
		{"a float32 as input", list{}, list{list{"a", 4}}},
		{"a string as input", list{}, list{list{"a", 5, 10}}},
		{"a rotation as input", list{}, list{list{"a", 6, 9}}},
		{"a direction as input", list{}, list{list{"a", 7, 9}}},
		{"an input with a rate", list{}, list{list{"a", 1, 0, 9, 2, 65536}, list{"b", 1, 0, 9}}},
	}
	for _, c := range brokenRates {
		schemas = append(schemas, hostileSchema{"a rate: " + c.name, list{list{"t", c.fields}}, list{}})
	}
	for _, f := range brokenFields {
		schemas = append(schemas, hostileSchema{"a field: " + f.name, list{list{"t", list{f.field}}}, list{}})
	}
	return schemas
}

// brokenRates are fields of which each is good but for whose rate the first one has.
var brokenRates = []struct {
	name   string
	fields list
}{
	{"that is a bool", list{list{"x", 1, 0, 9, 2, 65536}, list{"v", 0}}},
	{"that is an angle", list{list{"x", 1, 0, 9, 2, 65536}, list{"v", 3, 10}}},
	{"that is a float32", list{list{"x", 3, 10, 2, 65536}, list{"v", 4}}},
	{"that is a string", list{list{"x", 3, 10, 2, 65536}, list{"v", 5, 9}}},
	{"that is a rotation", list{list{"x", 3, 10, 2, 65536}, list{"v", 6, 9}}},
	{"that is a direction", list{list{"x", 3, 10, 2, 65536}, list{"v", 7, 9}}},
	{"that changes nothing", list{list{"x", 1, 0, 9, 2, 0}, list{"v", 1, 0, 9}}},
	{"over 32 bits a quantum", list{list{"x", 1, 0, 9, 2, 1 << 31}, list{"v", 1, 0, 9}}},
	{"beyond 2^53 a tick", list{list{"x", 1, 0, 9, 2, 1 << 23}, list{"v", 1, -1 << 31, 0}}},
	{"beyond 2^53 a tick from where it is zero", list{list{"x", 1, 0, 9, 2, 1 << 23}, list{"v", 2, float(-1e300), 1, 0, 1}}},
	{"that goes round", list{list{"x", 1, 0, 9, 2, 65536}, list{"v", 1, 0, 9, 1, 65536}}},
	{"that leads into a round", list{list{"x", 1, 0, 9, 2, 65536}, list{"v", 1, 0, 9, 3, 65536}, list{"a", 1, 0, 9, 2, 65536}}},
}

var brokenFields = []struct {
	name  string
	field any
}{
	{"is nil", nil},
	{"has a name only", list{"a"}},
	{"has an empty name", list{"", 0}},
	{"has a name of 65 bytes", list{text(65), 0}},
	{"has a number as name", list{1, 0}},
	{"has an unknown kind", list{"a", 8}},
	{"has a negative kind", list{"a", -1}},
	{"int without a range", list{"a", 1}},
	{"int without a maximum", list{"a", 1, 0}},
	{"int with minimum above maximum", list{"a", 1, 2, 1}},
	{"int with a range over 32 bits", list{"a", 1, 0, 1 << 31}},
	{"int with a float as range", list{"a", 1, float(0.5), 1}},
	{"fixed without a maximum", list{"a", 2, 0, float(1), 0}},
	{"fixed with step 0", list{"a", 2, 0, 0, 0, 1}},
	{"fixed with a negative step", list{"a", 2, 0, float(-0.5), 0, 1}},
	{"fixed with step NaN", list{"a", 2, 0, float(math.NaN()), 0, 1}},
	{"fixed with an infinite step", list{"a", 2, 0, float(math.Inf(1)), 0, 1}},
	{"fixed with offset NaN", list{"a", 2, float(math.NaN()), 1, 0, 1}},
	{"fixed with an infinite offset", list{"a", 2, float(math.Inf(-1)), 1, 0, 1}},
	{"fixed with a string as offset", list{"a", 2, "0", 1, 0, 1}},
	{"fixed with minimum above maximum", list{"a", 2, 0, 1, 1, 0}},
	{"angle without bits", list{"a", 3}},
	{"angle of 0 bits", list{"a", 3, 0}},
	{"angle of 25 bits", list{"a", 3, 25}},
	{"rotation without bits", list{"a", 6}},
	{"rotation of 1 bit", list{"a", 6, 1}},
	{"rotation of 11 bits", list{"a", 6, 11}},
	{"direction without bits", list{"a", 7}},
	{"direction of 1 bit", list{"a", 7, 1}},
	{"direction of 16 bits", list{"a", 7, 16}},
	{"rate without its change per tick", list{"a", 1, 0, 9, 1}},
	{"rate is a string", list{"a", 1, 0, 9, "a", 1}},
	{"rate is negative", list{"a", 1, 0, 9, -1, 1}},
	{"rate that is the field itself", list{"a", 1, 0, 9, 1, 65536}},
	{"rate beyond the fields", list{"a", 3, 10, 2, 65536}},
	{"no rate, but a change per tick", list{"a", 2, 0, float(1), 0, 1, 0, 65536}},
	{"string without a length", list{"a", 5}},
	{"string of at most 0 bytes", list{"a", 5, 0}},
	{"string of at most 256 bytes", list{"a", 5, 256}},
}
