package protocol

import (
	"bytes"
	"math"

	"github.com/vmihailenco/msgpack/v5"
)

// SnapshotHead is a snapshot frame without its body: the part that differs from seat to seat.
type SnapshotHead struct {
	Epoch   uint32
	Tick    uint32
	Base    uint32 // tick of the baseline, 0 for a keyframe
	Input   uint32 // newest input consumed from this seat, 0 for none
	Slack   int32  // ms by which the newest input came before its tick was due; negative: late
	Hash    uint32 // of the world after the body
	HasHash bool
}

// HeadEncoder writes snapshot heads. It keeps its buffer between calls and belongs to one goroutine.
type HeadEncoder struct {
	buf bytes.Buffer
	enc *msgpack.Encoder
}

// NewHeadEncoder returns a HeadEncoder.
func NewHeadEncoder() *HeadEncoder {
	e := &HeadEncoder{}
	e.enc = msgpack.NewEncoder(&e.buf)
	return e
}

// Encode returns the frame's bytes up to its body; the frame is these bytes followed by a body. They are good until the next
// call.
func (e *HeadEncoder) Encode(h SnapshotHead) []byte {
	e.buf.Reset()
	must(e.enc.EncodeArrayLen(minElements[KindSnapshot]))
	for _, v := range [...]uint32{uint32(KindSnapshot), h.Epoch, h.Tick, h.Base, h.Input} {
		must(e.enc.EncodeUint(uint64(v)))
	}
	must(e.enc.EncodeInt(int64(h.Slack)))
	if h.HasHash {
		must(e.enc.EncodeUint(uint64(h.Hash)))
	} else {
		must(e.enc.EncodeNil())
	}
	return e.buf.Bytes()
}

// Snapshot reads a snapshot frame that [Check] has passed: its head, and the body's bytes, which alias the frame.
func (r *Reader) Snapshot(frame []byte) (SnapshotHead, []byte, error) {
	r.open(frame, KindSnapshot)
	h := SnapshotHead{Epoch: r.u32(), Tick: r.u32(), Base: r.u32(), Input: r.u32(),
		Slack: int32(r.integer(math.MinInt32, math.MaxInt32))}
	if !r.null() {
		h.Hash, h.HasHash = r.u32(), true
	}
	from := len(frame) - r.src.Len()
	r.skip(1)
	to := len(frame) - r.src.Len()
	if r.err != nil {
		return SnapshotHead{}, nil, r.err
	}
	return h, frame[from:to], nil
}
