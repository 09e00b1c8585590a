package protocol_test

import (
	"slices"
	"strings"
)

var brokenStructures = []hostileFrame{
	{Name: "nothing", Hex: ""},
	{Name: "an empty array", Hex: "90"},
	{Name: "an empty array 16", Hex: "dc0000"},
	{Name: "an empty array 16 with a kind behind it", Hex: "dc0000 07"},
	{Name: "a map", Hex: "81 a161 01"},
	{Name: "a number", Hex: "07"},
	{Name: "text", Hex: "a3627965"},
	{Name: "five bytes that claim 2^32-1 elements", Hex: "ddffffffff"},
	{Name: "a negative kind", Hex: "91 ff"},
	{Name: "a kind that is a string", Hex: "91 a162"},
	{Name: "a kind that is nil", Hex: "91 c0"},
	{Name: "bytes after the frame", Hex: "91 07 00"},
	{Name: "two frames in one message", Hex: "91 07 91 07"},
	{Name: "an array 16 of 65535 elements in four bytes", Hex: "dcffff 07"},
	{Name: "fewer elements than claimed", Hex: "93 04 01"},
	{Name: "array 16 of 65535 inside", Hex: "92 02 dcffff"},
	{Name: "array 32 of 2^32-1 inside", Hex: "92 02 ddffffffff"},
	{Name: "map 16 of 65535 inside", Hex: "92 02 deffff"},
	{Name: "map 32 of 2^32-1 inside", Hex: "92 02 dfffffffff"},
	{Name: "map 32 of 2^31, twice which is 2^32, inside", Hex: "92 02 df80000000"},
	{Name: "map with room for keys only", Hex: "92 02 82 a0 a0"},
	{Name: "map that ends after a key", Hex: "92 02 81 a161"},
	{Name: "str 8 of 255", Hex: "92 02 d9ff 61"},
	{Name: "str 16 of 65535", Hex: "92 02 daffff 61"},
	{Name: "str 32 of 2^32-1", Hex: "92 02 dbffffffff 61"},
	{Name: "fixstr beyond the end", Hex: "92 02 a2 61"},
	{Name: "bin 8 of 255", Hex: "92 02 c4ff 61"},
	{Name: "bin 16 of 65535", Hex: "92 02 c5ffff 61"},
	{Name: "bin 32 of 2^32-1", Hex: "92 02 c6ffffffff 61"},
	{Name: "cut in a length", Hex: "92 02 dd0000"},
	{Name: "cut in a 64-bit integer", Hex: "92 02 cf00000000"},
	{Name: "cut in a 32-bit integer", Hex: "92 02 ce0000"},
	{Name: "cut in a float64", Hex: "92 02 cb3ff000"},
	{Name: "nine levels of arrays", Hex: "92 02" + strings.Repeat("91", 8) + "c0"},
	{Name: "nine levels of maps", Hex: "92 02" + strings.Repeat("81a161", 8) + "c0"},
	{Name: "nine levels, the last one empty", Hex: "92 02" + strings.Repeat("91", 7) + "90"},
	{Name: "a hundred levels", Hex: "92 02" + strings.Repeat("91", 100) + "c0"},
	{Name: "the type that msgpack never uses", Hex: "92 02 c1"},
	{Name: "string that is cut in a rune", Hex: "92 02 a2e697"},
	{Name: "string with a byte that UTF-8 never has", Hex: "92 02 a1ff"},
	{Name: "string with a surrogate", Hex: "92 02 a3eda080"},
	{Name: "string with an overlong slash", Hex: "92 02 a2c0af"},
	{Name: "string beyond U+10FFFF", Hex: "92 02 a4f4908080"},
	{Name: "key that is not UTF-8", Hex: "92 02 81 a1ff 01"},
	{Name: "key that is a number", Hex: "92 02 81 01 01"},
	{Name: "key that is nil", Hex: "92 02 81 c0 01"},
	{Name: "key that is bin", Hex: "92 02 81 c401ff 01"},
	{Name: "key that is an array", Hex: "92 02 81 90 01"},
	{Name: "2^53+1 as uint 64", Hex: "92 02 cf0020000000000001"},
	{Name: "2^64-1 as uint 64", Hex: "92 02 cfffffffffffffffff"},
	{Name: "2^53+1 as int 64", Hex: "92 02 d30020000000000001"},
	{Name: "-2^53-1 as int 64", Hex: "92 02 d3ffdfffffffffffff"},
	{Name: "-2^63 as int 64", Hex: "92 02 d38000000000000000"},
}

// hostileFrames are structures that Check refuses.
func hostileFrames() []hostileFrame {
	frames := slices.Clone(brokenStructures)
	for _, ext := range []string{"d4 0100", "d5 010000", "d6 ff00000000", "d7 010000000000000000", "d8 01" + strings.Repeat("00", 16),
		"c7 0001", "c8 000001", "c9 0000000001"} {
		frames = append(frames, hostileFrame{Name: "extension type " + ext[:2], Hex: "92 02" + ext})
	}
	for i := range frames {
		frames[i].From = "both"
	}
	return append(frames, []hostileFrame{
		{Name: "array 32, even for a short frame", From: "client", Hex: "dd00000001 07"},
		{Name: "a kind in more than one byte", From: "client", Hex: "91 cc07"},
		{Name: "4,097 values", From: "client", Hex: "92 02 dc0ffe" + strings.Repeat("c0", 4094)},
	}...)
}
