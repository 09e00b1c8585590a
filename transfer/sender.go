package transfer

import (
	"fmt"
	"hash/crc32"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// maxMarks is how many chunks of a transfer may be on their way: a window of least ones.
const maxMarks = protocol.MaxWindow / protocol.MinChunk

// Sender knows what of a transfer was sent and what of that has arrived. Make it with [NewSender]. It sends nothing until the receiver has told its
// progress, for the first time or after [Sender.Pause].
type Sender struct {
	size  uint64
	base  mark   // taken by the receiver
	marks []mark // ends of the chunks on their way, in order
	limit uint64
	heard bool // on the present connection
}

// mark is the end of a chunk.
type mark struct {
	end uint64
	sum uint32 // of all bytes up to it
	at  time.Time
}

// NewSender makes a sender of a number of bytes.
func NewSender(size uint64) *Sender { return &Sender{size: size} }

// Size is how many bytes there are.
func (s *Sender) Size() uint64 { return s.size }

// Taken is how many bytes the receiver has taken, as far as is known.
func (s *Sender) Taken() uint64 { return s.base.end }

// InFlight is how many bytes are on their way.
func (s *Sender) InFlight() int { return int(s.last().end - s.base.end) }

func (s *Sender) last() mark {
	if len(s.marks) == 0 {
		return s.base
	}
	return s.marks[len(s.marks)-1]
}

// Pause is for when the connection is gone, and what was on its way, perhaps, with it.
func (s *Sender) Pause() { s.heard = false }

// Waits says whether the receiver has still to tell its progress before anything can be sent.
func (s *Sender) Waits() bool { return !s.heard }

// Next is the offset and the length of the chunk to be sent next, of most bytes at most, or of MinChunk where that is more. It reports false when there is none: all is
// sent, or the receiver has to say something first.
func (s *Sender) Next(most int) (offset uint64, n int, ok bool) {
	offset = s.last().end
	end := min(offset+uint64(min(max(most, protocol.MinChunk), protocol.MaxChunk)), s.size)
	if end > s.limit {
		end = s.limit
	}
	if !s.heard || end <= offset || len(s.marks) == maxMarks {
		return 0, 0, false
	}
	n = int(end - offset)
	return offset, n, n >= protocol.MinChunk || end == s.size
}

// Sent notes that the chunk of Next is sent now, and returns its sum.
func (s *Sender) Sent(data []byte, now time.Time) (sum uint32) {
	last := s.last()
	last.end += uint64(len(data))
	last.sum = crc32.Update(last.sum, crc32.IEEETable, data)
	last.at = now
	s.marks = append(s.marks, last)
	return last.sum
}

// Heard takes the receiver's progress. sent is when the newest chunk that it confirms was sent, for [Pace.Took]; zero: it confirms none, or not on the
// connection that it was sent on. An error wraps [protocol.ErrMalformed].
func (s *Sender) Heard(p protocol.Progress) (sent time.Time, err error) {
	i := 0
	for i < len(s.marks) && s.marks[i].end <= p.Offset {
		i++
	}
	at := s.base
	if i > 0 {
		at = s.marks[i-1]
	}
	if !s.heard && p.Offset == 0 {
		i, at = 0, mark{} // who receives it has lost what it had, as a page does that is loaded anew
	}
	switch {
	case at.end != p.Offset:
		return sent, fmt.Errorf("%w: progress to %d, where no chunk ends", protocol.ErrMalformed, p.Offset)
	case p.Limit < p.Offset:
		return sent, fmt.Errorf("%w: progress to %d with a limit of %d", protocol.ErrMalformed, p.Offset, p.Limit)
	}
	if s.heard && i > 0 {
		sent = at.at
	}
	s.base, s.limit = at, p.Limit
	s.marks = append(s.marks[:0], s.marks[i:]...)
	if !s.heard { // what was on its way when the connection was lost did not arrive
		s.heard, s.marks = true, s.marks[:0]
	}
	return sent, nil
}
