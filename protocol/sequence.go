package protocol

import "fmt"

// SequenceEncoder encodes snapshots one after another, each as a delta from the one before it: the whole of what a stream of
// snapshots needs, without a server. It belongs to one goroutine.
type SequenceEncoder struct {
	schema Schema
	mp     *BodyEncoder
	packed *PackedEncoder
	state  *Packed
	last   *Snapshot // nil: the next body is a keyframe
	spare  *Snapshot
}

// NewSequenceEncoder returns an encoder whose first body is a keyframe. codec is CodecMP or CodecPacked.
func NewSequenceEncoder(schema Schema, codec string) (*SequenceEncoder, error) {
	e := &SequenceEncoder{schema: schema, spare: NewSnapshot(schema)}
	switch codec {
	case CodecMP:
		e.mp = NewBodyEncoder(schema)
	case CodecPacked:
		e.packed, e.state = NewPackedEncoder(), NewPacked(schema)
	default:
		return nil, fmt.Errorf("no codec %q", codec)
	}
	return e, nil
}

// Keyframe makes the next body a keyframe, which is decoded without those before it.
func (e *SequenceEncoder) Keyframe() {
	if e.last != nil {
		e.last, e.spare = nil, e.last
	}
}

// Encode appends the body of the next snapshot to dst. The snapshot is copied, so its memory may be used again.
func (e *SequenceEncoder) Encode(dst []byte, s *Snapshot) []byte {
	if e.mp != nil {
		dst = append(dst, e.mp.Encode(e.last, s)...)
	} else {
		dst = e.packed.Encode(dst, e.state, e.last, s, false)
	}
	next := e.spare
	next.CopyFrom(s, e.schema)
	if e.last, e.spare = next, e.last; e.spare == nil {
		e.spare = NewSnapshot(e.schema)
	}
	return dst
}

// SequenceDecoder is the reverse of a [SequenceEncoder]. It belongs to one goroutine.
type SequenceDecoder struct {
	schema Schema
	reader *Reader
	state  *Packed // nil: codec "mp"
	last   *Snapshot
}

// NewSequenceDecoder returns a decoder that expects a keyframe. codec is CodecMP or CodecPacked.
func NewSequenceDecoder(schema Schema, codec string) (*SequenceDecoder, error) {
	d := &SequenceDecoder{schema: schema, reader: NewReader()}
	switch codec {
	case CodecMP:
	case CodecPacked:
		d.state = NewPacked(schema)
	default:
		return nil, fmt.Errorf("no codec %q", codec)
	}
	return d, nil
}

// Decode returns the snapshot at tick that the next body makes, which does not change any more. Bytes from outside must have
// passed [Check] as part of a frame. Errors wrap [ErrMalformed]; the next body must then be a keyframe.
func (d *SequenceDecoder) Decode(tick uint32, keyframe bool, body []byte) (s *Snapshot, err error) {
	base := d.last
	if keyframe {
		base = nil
	} else if base == nil {
		return nil, fmt.Errorf("%w: a keyframe is missing", ErrMalformed)
	}
	if d.state == nil {
		s, err = d.reader.Apply(d.schema, base, tick, body)
	} else {
		s, err = d.reader.ApplyPacked(d.schema, d.state, base, tick, body)
	}
	d.last = s
	return s, err
}
