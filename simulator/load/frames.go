package load

import (
	"bytes"
	"math/rand/v2"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/protocol"
)

// peeker reads one number of a frame without looking at the rest of it.
type peeker struct {
	src *bytes.Reader
	dec *msgpack.Decoder
}

func newPeeker() peeker {
	src := bytes.NewReader(nil)
	return peeker{src, msgpack.NewDecoder(src)}
}

// tick is a snapshot's: kind, epoch, tick.
func (p peeker) tick(frame []byte) (uint32, error) { return p.element(frame, 2) }

// seq is an event's: kind, seq.
func (p peeker) seq(frame []byte) (uint32, error) { return p.element(frame, 1) }

func (p peeker) element(frame []byte, i int) (n uint32, err error) {
	p.src.Reset(frame)
	p.dec.Reset(p.src)
	if _, err = p.dec.DecodeArrayLen(); err != nil {
		return 0, err
	}
	for range i + 1 {
		if n, err = p.dec.DecodeUint32(); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// holdTicks is for how long a value of an input is held before another is chosen: a player changes its mind about four times a second.
const holdTicks = 15

// inputs makes input frames of random values, or, for a floor, of nothing.
type inputs struct {
	floor  int // bytes; 0: a server's
	epoch  uint32
	fields protocol.Fields
	values []int32
	random *rand.Rand
	buf    bytes.Buffer
	enc    *msgpack.Encoder
	count  int
}

func newInputs(player int, enter protocol.Enter) *inputs {
	in := &inputs{
		epoch: enter.Epoch, fields: enter.Inputs, values: make([]int32, len(enter.Inputs)),
		random: rand.New(rand.NewPCG(2, uint64(player))),
	}
	in.enc = msgpack.NewEncoder(&in.buf)
	return in
}

// frame is good until the next call.
func (in *inputs) frame(tick, ack uint32) []byte {
	if in.floor > 0 {
		in.buf.Grow(in.floor)
		return in.buf.AvailableBuffer()[:in.floor]
	}
	if in.count%holdTicks == 0 {
		for i, f := range in.fields {
			min, max := f.Bounds()
			in.values[i] = min + int32(in.random.Int64N(int64(max)-int64(min)+1))
		}
	}
	in.count++
	in.buf.Reset()
	in.array(5)
	for _, v := range [...]uint32{uint32(protocol.KindInput), in.epoch, tick, ack} {
		in.integer(int64(v))
	}
	in.array(len(in.values))
	for _, v := range in.values {
		in.integer(int64(v))
	}
	return in.buf.Bytes()
}

// Writes into memory cannot fail.
func (in *inputs) array(n int)     { _ = in.enc.EncodeArrayLen(n) }
func (in *inputs) integer(v int64) { _ = in.enc.EncodeInt(v) }
