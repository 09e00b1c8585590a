package transfer

import (
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/deltatick/deltatick/protocol"
)

// ErrCorrupt means that the bytes of a transfer are not those that its sender has read.
var ErrCorrupt = errors.New("transfer: the sum is not that of the bytes")

// Receiver takes a transfer's chunks in order, each byte once. Make it with [NewReceiver].
type Receiver struct {
	size  uint64
	taken uint64
	limit uint64 // that the sender was told last
	sum   uint32
}

// NewReceiver makes a receiver of a number of bytes.
func NewReceiver(size uint64) *Receiver { return &Receiver{size: size} }

// Size is how many bytes there will be.
func (r *Receiver) Size() uint64 { return r.size }

// Taken is how many bytes were taken.
func (r *Receiver) Taken() uint64 { return r.taken }

// Whole says whether all were taken.
func (r *Receiver) Whole() bool { return r.taken == r.size }

// Limit allows the sender to go on, and is up to where.
func (r *Receiver) Limit() uint64 {
	r.limit = min(r.size, r.taken+protocol.MaxWindow)
	return r.limit
}

// Take takes a chunk that has data. An error is [ErrCorrupt], or wraps [protocol.ErrMalformed] for a chunk that a sender by the rules does not send.
func (r *Receiver) Take(c protocol.Chunk) error {
	n := uint64(len(c.Data))
	switch end := c.Offset + n; {
	case c.Offset != r.taken:
		return fmt.Errorf("%w: chunk at %d, not %d", protocol.ErrMalformed, c.Offset, r.taken)
	case end > r.limit:
		return fmt.Errorf("%w: chunk to %d, the limit is %d", protocol.ErrMalformed, end, r.limit)
	case n < protocol.MinChunk && end != r.size:
		return fmt.Errorf("%w: chunk of %d bytes that is not the last", protocol.ErrMalformed, n)
	}
	r.sum = crc32.Update(r.sum, crc32.IEEETable, c.Data)
	if r.sum != c.Sum {
		return ErrCorrupt
	}
	r.taken += n
	return nil
}
