package protocol_test

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// hashVector is a world, the words that docs/PROTOCOL.md, section 7, makes of it, and their hash.
type hashVector struct {
	Name   string      `json:"name"`
	Schema list        `json:"schema"` // tables, as on the wire
	Tables [][]rowJSON `json:"tables"`
	Words  string      `json:"words"` // little-endian, in hex
	Hash   uint32      `json:"hash"`
}

func hashVectors(t testing.TB) []hashVector {
	text := protocol.Fields{{Name: "s", Kind: protocol.FieldString, MaxBytes: 64}}
	number := protocol.Fields{{Name: "n", Kind: protocol.FieldInt, Min: -1 << 31, Max: 1<<31 - 1}}
	raw := protocol.Fields{{Name: "r", Kind: protocol.FieldFloat32}}
	mixed := append(append(protocol.Fields{{Name: "b", Kind: protocol.FieldBool}}, text...), number...)
	var vectors []hashVector
	add := func(name string, schema protocol.Schema, tables ...[]row) {
		snap := build(t, schema, world{1, tables})
		vectors = append(vectors, hashVector{name, saySchema(t, schema), sayWorld(schema, snap),
			hex.EncodeToString(words(schema, snap)), protocol.Hash(snap, schema)})
	}
	add("no tables", protocol.Schema{})
	add("an empty table", protocol.Schema{{Name: "a", Fields: number}}, nil)
	add("two empty tables", protocol.Schema{{Name: "a"}, {Name: "b"}}, nil, nil)
	add("ids alone", protocol.Schema{{Name: "a"}}, []row{{1, nil}, {2, nil}, {1<<32 - 1, nil}})
	add("numbers", protocol.Schema{{Name: "a", Fields: number}}, []row{{1, list{0}}, {2, list{-1}}, {3, list{-1 << 31}}, {4, list{1<<31 - 1}}})
	add("float32", protocol.Schema{{Name: "a", Fields: raw}}, []row{{1, list{single(1.5)}}, {2, list{single(-0.1)}}})
	turned := protocol.Fields{{Name: "q", Kind: protocol.FieldQuat, Bits: 10}, {Name: "u", Kind: protocol.FieldUnit, Bits: 12}}
	add("rotations and directions", protocol.Schema{{Name: "a", Fields: turned}}, []row{{1, list{-1, 1<<24 - 1}}, {2, list{0x20080200, 0x800800}}})
	for _, s := range []string{"", "a", "ab", "abc", "abcd", "abcde", "größer", "日本 🚀"} {
		add("the string "+s, protocol.Schema{{Name: "a", Fields: text}}, []row{{7, list{s}}})
	}
	add("several tables and fields", protocol.Schema{{Name: "a", Fields: mixed}, {Name: "b"}, {Name: "c", Fields: mixed}},
		[]row{{5, list{1, "five", -5}}, {9, list{0, "", 9}}}, nil, []row{{5, list{0, "fünf", 5}}})
	return vectors
}

// words is section 7 of docs/PROTOCOL.md once more, in bytes.
func words(schema protocol.Schema, s *protocol.Snapshot) []byte {
	out := []byte{}
	for t := range schema {
		rows := &s.Tables[t]
		out = binary.LittleEndian.AppendUint32(out, uint32(rows.Len()))
		for i, id := range rows.IDs {
			out = binary.LittleEndian.AppendUint32(out, id)
			for f, field := range schema[t].Fields {
				if field.Kind != protocol.FieldString {
					out = binary.LittleEndian.AppendUint32(out, uint32(rows.Column(f)[i]))
					continue
				}
				text := rows.Strings[f][i]
				out = binary.LittleEndian.AppendUint32(out, uint32(len(text)))
				out = append(out, text...)
				for range -len(text) & 3 {
					out = append(out, 0)
				}
			}
		}
	}
	return out
}

// murmur3 is MurmurHash3_x86_32 as its author wrote it down, byte by byte, for any length and seed.
func murmur3(data []byte, seed uint32) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	h := seed
	mix := func(k uint32) uint32 { return bits.RotateLeft32(k*c1, 15) * c2 }
	whole := len(data) &^ 3
	for i := 0; i < whole; i += 4 {
		h = bits.RotateLeft32(h^mix(binary.LittleEndian.Uint32(data[i:])), 13)*5 + 0xe6546b64
	}
	var k uint32
	for i, b := range data[whole:] {
		k |= uint32(b) << (8 * i)
	}
	h ^= mix(k)
	h ^= uint32(len(data))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

func TestReferenceMurmur3GivesThePublishedHashes(t *testing.T) {
	for _, known := range []struct {
		data string
		seed uint32
		hash uint32
	}{
		{"", 0, 0}, {"", 1, 0x514e28b7}, {"", 0xffffffff, 0x81f16f39},
		{"\x00\x00\x00\x00", 0, 0x2362f9de}, {"\xff\xff\xff\xff", 0, 0x76293b50}, {"\x21\x43\x65\x87", 0, 0xf55b516b},
		{"\x21\x43\x65\x87", 0x5082edee, 0x2362f9de}, {"\x21\x43\x65", 0, 0x7e4a8634}, {"\x21\x43", 0, 0xa0f7b07a}, {"\x21", 0, 0x72661cf4},
		{"test", 0, 0xba6bd213}, {"test", 0x9747b28c, 0x704b81dc}, {"Hello, world!", 0, 0xc0363e43},
		{"The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723}, {"aaaa", 0x9747b28c, 0x5a97808a},
	} {
		if got := murmur3([]byte(known.data), known.seed); got != known.hash {
			t.Errorf("%q, seed %#x: %#x, published %#x", known.data, known.seed, got, known.hash)
		}
	}
}

func TestHashIsMurmur3OverTheWordsOfTheDocs(t *testing.T) {
	for _, v := range hashVectors(t) {
		if want := murmur3(unhex(v.Words), 0); v.Hash != want {
			t.Errorf("%s: hash %#x, want %#x", v.Name, v.Hash, want)
		}
	}
	schema, worlds := randomWorlds(t, 7, 30)
	for _, w := range worlds {
		if got, want := protocol.Hash(w, schema), murmur3(words(schema, w), 0); got != want {
			t.Errorf("tick %d: hash %#x, want %#x", w.Tick, got, want)
		}
	}
	if got := protocol.Hash(&protocol.Snapshot{Tables: make([]protocol.Rows, 1)}, protocol.Schema{{Name: "a"}}); got != 0x2362f9de {
		t.Errorf("one empty table, which is the bytes 00 00 00 00: hash %#x, published 0x2362f9de", got)
	}
}
