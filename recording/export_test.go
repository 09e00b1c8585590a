package recording

import "github.com/deltatick/deltatick/match"

// Warm lets n entries of a recorder's queue be used and given back, as by a writer that keeps up.
func Warm(r *Recorder, t *match.TickRecord, n int) {
	for range n {
		r.Tick(t)
	}
	for range n {
		r.queue.release(r.queue.take())
	}
}

// FileOf is a recording whose head and only segment hold the given records, of anyone's making, with all descriptors and checksums right.
func FileOf(head, segment []byte, ticks uint32) []byte {
	var file []byte
	for _, b := range []struct {
		kind  blockKind
		raw   []byte
		ticks uint32
	}{{blockHead, head, 0}, {blockSegment, segment, ticks}} {
		packed := packer.EncodeAll(b.raw, nil)
		d := descriptor{kind: b.kind, ticks: b.ticks, raw: uint32(len(b.raw)), packed: uint32(len(packed)), sum: checksum(packed)}
		if b.kind == blockSegment {
			d.first = 1
		}
		file = append(d.append(file), packed...)
	}
	return file
}

// Unpacked are the blocks of a good recording as FileOf takes them.
func Unpacked(r *Reader) (head, segment []byte, err error) {
	d, err := r.descriptor(0)
	if err != nil {
		return nil, nil, err
	}
	if head, err = readBlock(r.file, 0, d); err != nil {
		return nil, nil, err
	}
	segment, err = readBlock(r.file, r.segments[0].Offset, r.segments[0].block)
	return head, segment, err
}
