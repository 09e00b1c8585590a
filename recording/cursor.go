package recording

import (
	"fmt"
	"io"
)

// Cursor goes through a recording's ticks. It belongs to one goroutine.
type Cursor struct {
	r     *Reader
	ticks *tickReader
	next  int    // segment to be opened next
	block []byte // records that are left of the present one
	first bool   // the next record is the first of its segment
	last  uint32 // tick read last
	upTo  uint32 // last tick of the present segment
}

// Cursor returns a cursor before the first tick.
func (r *Reader) Cursor() *Cursor {
	ticks, err := newTickReader(&r.head)
	if err != nil {
		panic(err) // the header was checked for its codec
	}
	return &Cursor{r: r, ticks: ticks, last: r.head.Start, upTo: r.head.Start}
}

// Next reads the next tick, which does not change any more. It returns io.EOF behind the last; other errors are those of the file or
// wrap protocol.ErrMalformed, and the cursor is then good for [Cursor.Seek] only.
func (c *Cursor) Next() (*Tick, error) {
	if len(c.block) == 0 {
		if c.last != c.upTo {
			return nil, damaged("segment ends with tick %d, not %d", c.last, c.upTo)
		}
		if err := c.open(); err != nil {
			return nil, err
		}
	}
	record, rest, err := unwrap(c.block, recordTick)
	if err != nil {
		return nil, err
	}
	t, err := c.ticks.decode(record, c.first)
	if err != nil {
		return nil, err
	}
	if t.Tick != c.last+1 || t.Tick > c.upTo {
		return nil, damaged("tick %d behind tick %d, in a segment up to tick %d", t.Tick, c.last, c.upTo)
	}
	c.block, c.first, c.last = rest, false, t.Tick
	return t, nil
}

// open unpacks the next segment.
func (c *Cursor) open() error {
	if c.next == len(c.r.segments) {
		return io.EOF
	}
	s := c.r.segments[c.next]
	block, err := readBlock(c.r.file, s.Offset, s.block)
	if err != nil {
		return err
	}
	if len(block) == 0 {
		return damaged("segment of tick %d is empty", s.First)
	}
	c.next++
	c.block, c.first, c.last, c.upTo = block, true, s.First-1, s.First+s.Ticks-1
	return nil
}

// Seek reads the tick with a number, and leaves the cursor behind it. Ahead in the present segment it reads on from where it is; otherwise it
// begins at the segment's keyframe. Errors: ErrNoTick, and those of [Cursor.Next].
func (c *Cursor) Seek(tick uint32) (*Tick, error) {
	i, err := c.r.segmentOf(tick)
	if err != nil {
		return nil, fmt.Errorf("%w: %d", err, tick)
	}
	if i != c.next-1 || tick <= c.last {
		s := c.r.segments[i]
		c.next, c.block, c.last, c.upTo = i, nil, s.First-1, s.First-1
	}
	for {
		t, err := c.Next()
		if err == io.EOF {
			err = damaged("tick %d is missing", tick)
		}
		if err != nil || t.Tick == tick {
			return t, err
		}
	}
}
