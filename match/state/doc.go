// Package state turns Go values into bytes and back, exactly: what package match keeps of a game in a checkpoint, and what a game can
// keep by itself with [Append] and [Load].
//
// Everything a value holds is kept, unexported fields too: booleans, numbers, strings, arrays, slices and structs of these. Floats
// keep every bit, nil slices stay nil. Nothing is kept of the field's names; [Plan.Layout] tells two versions of a type apart.
//
// What has no value of its own is refused by [PlanOf], with the field's name: maps (no order), channels, functions, interfaces, and
// pointers, because two of them may point at one thing. A field's tag can say otherwise:
//
//	state:"-"      not kept: loading leaves it as it is
//	state:"owned"  the pointer, or the pointers in this slice or array, alone lead to what they point at: it is kept with them
//
// A type with the methods of [encoding.BinaryMarshaler] and [encoding.BinaryUnmarshaler], such as [math/rand/v2.PCG], is kept by these
// instead. (A struct that embeds such a type has its methods too; it should give the other a name.)
//
// # Format
//
// A boolean is one byte, 0 or 1. Integers are varints as in package encoding/binary, signed ones zigzagged. Floats are their IEEE 754
// bits, little-endian. A string is its length in bytes, a varint, and the bytes; so is what MarshalBinary gave. A slice is a varint,
// 0 for nil and else 1 + its length, and the elements; arrays and structs are their elements and fields. An owned pointer is a byte, 0 for
// nil, or 1 and what it points at.
//
// Bytes are not believed: a length is held against what is left before anything is made of it.
package state
