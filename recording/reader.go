package recording

import (
	"errors"
	"io"
	"os"
	"sort"
)

// Reader reads a recording, whoever made it. It does not change, and may be used by any number of goroutines.
type Reader struct {
	file     io.ReaderAt
	size     int64
	head     Header
	segments []Segment
	end      *End
	torn     error
}

// Segment is a part of a recording that can be read without the rest.
type Segment struct {
	First  uint32 // tick, whose state is a keyframe
	Ticks  uint32
	Offset int64 // in the file
	Bytes  int64 // in the file

	block descriptor
}

// Open finds its way through a recording of a size in bytes: it reads the head, the end and all descriptors, and leaves the ticks. A
// file that stops in the middle, or is damaged behind its head, is read as far as it is good ([Reader.Torn]). Errors:
// ErrNotARecording, ErrFormat, those of the file, and others that wrap protocol.ErrMalformed.
func Open(file io.ReaderAt, size int64) (*Reader, error) {
	r := &Reader{file: file, size: size}
	d, err := r.descriptor(0)
	switch {
	case errors.Is(err, ErrTorn), err == nil && d.kind != blockHead:
		return nil, ErrNotARecording
	case err != nil:
		return nil, err
	}
	block, err := readBlock(file, 0, d)
	if err != nil {
		return nil, err
	}
	record, err := unwrapOnly(block, recordHead)
	if err != nil {
		return nil, err
	}
	if r.head, err = readHeader(record); err != nil {
		return nil, err
	}
	r.torn = r.scan(descriptorBytes + int64(d.packed))
	return r, nil
}

// descriptor reads the descriptor at an offset, of a block that is there as a whole.
func (r *Reader) descriptor(at int64) (descriptor, error) {
	if at+descriptorBytes > r.size {
		return descriptor{}, ErrTorn
	}
	d, err := readDescriptor(r.file, at)
	if err == nil && at+descriptorBytes+int64(d.packed) > r.size {
		err = ErrTorn
	}
	return d, err
}

// scan goes along the descriptors behind the head. It returns why it did not arrive at an end.
func (r *Reader) scan(at int64) error {
	last := r.head.Start
	for {
		d, err := r.descriptor(at)
		if err != nil {
			return err
		}
		switch d.kind {
		case blockSegment:
			if d.first != last+1 || d.ticks == 0 || d.first+d.ticks-1 < d.first {
				return damaged("%d ticks from %d behind tick %d", d.ticks, d.first, last)
			}
			bytes := descriptorBytes + int64(d.packed)
			r.segments = append(r.segments, Segment{First: d.first, Ticks: d.ticks, Offset: at, Bytes: bytes, block: d})
			last = d.first + d.ticks - 1
			at += bytes
		case blockEnd:
			block, err := readBlock(r.file, at, d)
			if err != nil {
				return err
			}
			record, err := unwrapOnly(block, recordEnd)
			if err != nil {
				return err
			}
			r.end, err = readEnd(record)
			return err
		default:
			return damaged("block of kind %d", d.kind)
		}
	}
}

// Header is what the recording says of its match.
func (r *Reader) Header() Header { return r.head }

// End is how it ended, or nil where it is torn.
func (r *Reader) End() *End { return r.end }

// Torn is nil for a recording with an end, and otherwise says why there is none: [ErrTorn], or what is damaged. The ticks of
// [Reader.Segments] are there in any case.
func (r *Reader) Torn() error { return r.torn }

// Size is the file's, in bytes.
func (r *Reader) Size() int64 { return r.size }

// Segments are the parts of the recording, in order. They must not be changed.
func (r *Reader) Segments() []Segment { return r.segments }

// First and Last are the ticks that the recording holds, both included; Last is Start, and First one more, where it holds none.
func (r *Reader) First() uint32 { return r.head.Start + 1 }

// Last is described with First.
func (r *Reader) Last() uint32 {
	if len(r.segments) == 0 {
		return r.head.Start
	}
	s := r.segments[len(r.segments)-1]
	return s.First + s.Ticks - 1
}

// segmentOf is the index of the segment with a tick.
func (r *Reader) segmentOf(tick uint32) (int, error) {
	if tick < r.First() || tick > r.Last() {
		return 0, ErrNoTick
	}
	return sort.Search(len(r.segments), func(i int) bool { return r.segments[i].First > tick }) - 1, nil
}

// File is an open recording on disk.
type File struct {
	*Reader
	file *os.File
}

// OpenFile opens a recording on disk. Errors are those of the system and of [Open].
func OpenFile(name string) (*File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r, err := Open(file, info.Size())
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &File{r, file}, nil
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }
