package recording

import (
	"bytes"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"

	"github.com/deltatick/deltatick/protocol"
)

// A block unpacked is a row of records, each a msgpack array whose first element is its kind, wrapped as msgpack binary with a length of
// 32 bits.
const (
	recordHead = 64
	recordTick = 65
	recordEnd  = 66
)

// recordBounds limits one record as [protocol.Check] limits a frame: it is walked before it is decoded.
var recordBounds = protocol.Bounds{Bytes: maxRecord, Depth: protocol.MaxDepth, Values: maxRecord}

const wrapBytes = 5 // of the binary header before a record

// wrap appends a record to a block.
func wrap(block, record []byte) []byte {
	n := uint32(len(record))
	block = append(block, msgpcode.Bin32, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	return append(block, record...)
}

// unwrap takes the first record off a block, checked.
func unwrap(block []byte, kind protocol.Kind) (record, rest []byte, err error) {
	if len(block) < wrapBytes || block[0] != msgpcode.Bin32 {
		return nil, nil, damaged("no record where one begins")
	}
	n := uint64(block[1])<<24 | uint64(block[2])<<16 | uint64(block[3])<<8 | uint64(block[4])
	block = block[wrapBytes:]
	if n > uint64(len(block)) {
		return nil, nil, damaged("record of %d bytes, %d are left", n, len(block))
	}
	record, rest = block[:n], block[n:]
	got, err := protocol.Check(record, recordBounds)
	if err != nil {
		return nil, nil, damaged("record: %v", err)
	}
	if got != kind {
		return nil, nil, damaged("record of kind %d, want %d", got, kind)
	}
	return record, rest, nil
}

// unwrapOnly is unwrap for a block of a single record.
func unwrapOnly(block []byte, kind protocol.Kind) ([]byte, error) {
	record, rest, err := unwrap(block, kind)
	if err == nil && len(rest) > 0 {
		err = damaged("%d bytes behind the only record", len(rest))
	}
	return record, err
}

// composer writes records. Its memory is used again.
type composer struct {
	buf bytes.Buffer
	enc *msgpack.Encoder
}

func newComposer() *composer {
	c := &composer{}
	c.enc = msgpack.NewEncoder(&c.buf)
	c.enc.UseCompactInts(true)
	return c
}

func (c *composer) reset() { c.buf.Reset() }

// The writes below go to memory, which takes everything: that they cannot fail is checked once, by must.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (c *composer) array(n int)     { must(c.enc.EncodeArrayLen(n)) }
func (c *composer) integer(v int64) { must(c.enc.EncodeInt(v)) }
func (c *composer) str(s string)    { must(c.enc.EncodeString(s)) }
func (c *composer) boolean(v bool)  { must(c.enc.EncodeBool(v)) }
func (c *composer) bin(b []byte)    { must(c.enc.EncodeBytes(b)) } // nil for nil
func (c *composer) null()           { must(c.enc.EncodeNil()) }
func (c *composer) raw(b []byte)    { _, _ = c.buf.Write(b) } // a bytes.Buffer takes everything
