package recording

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// Format is the version of the format that this package writes, and the only one it reads.
const Format = 1

// Extension is what names of recordings end with.
const Extension = ".dtr"

// A block's descriptor, little-endian:
//
//	 0  u32  0x184D2A5D, a skippable frame of Zstandard (RFC 8878, section 3.1.2)
//	 4  u32  32, the bytes that follow
//	 8  4 B  "DTRC"
//	12  u8   format
//	13  u8   kind of block
//	14  u16  0
//	16  u32  first tick of a segment, else 0
//	20  u32  number of ticks of a segment, else 0
//	24  u32  bytes of the block unpacked
//	28  u32  bytes of the block as it follows
//	32  u32  CRC-32C of those bytes
//	36  u32  CRC-32C of the 36 bytes before
const (
	descriptorBytes = 40
	skippableMagic  = 0x184D2A5D
	blockTag        = "DTRC"
)

type blockKind uint8

const (
	blockHead    blockKind = 1
	blockSegment blockKind = 2
	blockEnd     blockKind = 3
)

// Limits of a block. A tick is far smaller: its largest part, the world, must fit a server frame of 4 MiB.
const (
	maxBlock  = 24 << 20 // bytes, unpacked or packed
	maxRecord = 8 << 20  // bytes of one record of it
	maxTicks  = 1 << 16  // in a segment
)

// descriptor is what comes before a block.
type descriptor struct {
	kind   blockKind
	first  uint32
	ticks  uint32
	raw    uint32 // bytes unpacked
	packed uint32 // bytes as they follow
	sum    uint32 // of those
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// append adds the descriptor's bytes to b.
func (d descriptor) append(b []byte) []byte {
	start := len(b)
	le := binary.LittleEndian
	b = le.AppendUint32(b, skippableMagic)
	b = le.AppendUint32(b, descriptorBytes-8)
	b = append(b, blockTag...)
	b = append(b, Format, byte(d.kind), 0, 0)
	for _, v := range []uint32{d.first, d.ticks, d.raw, d.packed, d.sum} {
		b = le.AppendUint32(b, v)
	}
	return le.AppendUint32(b, checksum(b[start:]))
}

// readDescriptor reads the descriptor at an offset. The errors are ErrNotARecording, ErrFormat, and ErrTorn where the bytes end too soon.
func readDescriptor(r io.ReaderAt, at int64) (d descriptor, err error) {
	var b [descriptorBytes]byte
	switch n, err := r.ReadAt(b[:], at); {
	case n == len(b):
	case err == io.EOF:
		return d, ErrTorn
	default:
		return d, err
	}
	le := binary.LittleEndian
	if le.Uint32(b[:]) != skippableMagic || le.Uint32(b[4:]) != descriptorBytes-8 || string(b[8:12]) != blockTag {
		return d, ErrNotARecording
	}
	if b[12] != Format {
		return d, ErrFormat
	}
	if le.Uint32(b[36:]) != checksum(b[:36]) {
		return d, damaged("descriptor at byte %d", at)
	}
	d = descriptor{
		kind: blockKind(b[13]), first: le.Uint32(b[16:]), ticks: le.Uint32(b[20:]),
		raw: le.Uint32(b[24:]), packed: le.Uint32(b[28:]), sum: le.Uint32(b[32:]),
	}
	if d.raw > maxBlock || d.packed > maxBlock || d.ticks > maxTicks {
		return d, damaged("block of %d ticks and %d bytes at byte %d", d.ticks, max(d.raw, d.packed), at)
	}
	return d, nil
}
