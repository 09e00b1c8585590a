package client

import (
	"bytes"
	"cmp"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/protocol"
)

// Input is what a seat does in one tick: a value per input field of its game. Values stay until they are set again; at first
// each is the one nearest to 0. It belongs to one goroutine.
type Input struct {
	Tick uint32 // the tick it is for
	Seen uint32 // the tick that whoever gives it was looking at, for lag compensation; 0: the newest there is when it is sent

	fields protocol.Fields
	values []int32
	buf    bytes.Buffer
	enc    *msgpack.Encoder
}

// Control is an input field, looked up once by name. Setting one the game does not have does nothing.
type Control struct {
	at int // from 1; 0 for none
}

// Input finds an input field by name.
func (r *Room) Input(name string) Control {
	for i, f := range r.Inputs {
		if f.Name == name {
			return Control{at: i + 1}
		}
	}
	return Control{}
}

// Exists reports whether the game has the input field.
func (c Control) Exists() bool { return c.at != 0 }

// NewInput returns a neutral input for the room.
func (r *Room) NewInput() *Input {
	in := &Input{fields: r.Inputs, values: make([]int32, len(r.Inputs))}
	in.enc = msgpack.NewEncoder(&in.buf)
	for i, f := range r.Inputs {
		in.values[i], _ = f.Quantum(0)
	}
	return in
}

// Set gives a field the nearest value it can take: the nearest step, and the range's end beyond it.
func (in *Input) Set(c Control, value float64) {
	if c.at != 0 {
		in.values[c.at-1], _ = in.fields[c.at-1].Quantum(value)
	}
}

// SetBool sets a field to 1 or 0.
func (in *Input) SetBool(c Control, on bool) {
	value := 0.0
	if on {
		value = 1
	}
	in.Set(c, value)
}

// Value is what a field is set to, as it will travel; 0 for one the game does not have.
func (in *Input) Value(c Control) float64 {
	if c.at == 0 {
		return 0
	}
	return in.fields[c.at-1].Value(in.values[c.at-1])
}

// frame encodes the input, acknowledging the snapshot of tick ack, which is also what was seen unless Seen says otherwise. The bytes are good until the next call.
func (in *Input) frame(epoch, ack uint32) []byte {
	in.buf.Reset()
	in.array(6)
	for _, v := range [...]uint32{uint32(protocol.KindInput), epoch, in.Tick, ack} {
		in.integer(int64(v))
	}
	in.array(len(in.values))
	for _, q := range in.values {
		in.integer(int64(q))
	}
	in.integer(int64(cmp.Or(in.Seen, ack)))
	return in.buf.Bytes()
}

// Writes into memory cannot fail.
func (in *Input) array(n int)     { _ = in.enc.EncodeArrayLen(n) }
func (in *Input) integer(v int64) { _ = in.enc.EncodeInt(v) }
