package recording

import (
	"fmt"
	"io"
	"runtime"

	"github.com/klauspost/compress/zstd"
)

// packer compresses blocks for all the recordings of a process, so that its memory is per processor and not per recording. It is made when
// the program starts because it passes its parts around by channels, which tests in virtual time may not share unless they were there before.
var packer = func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // of options that do not change
	}
	e.EncodeAll([]byte{0}, nil) // makes the channels
	return e
}()

// unpacker is shared likewise.
var unpacker = func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithDecoderMaxMemory(maxBlock))
	if err != nil {
		panic(err) // likewise
	}
	return d
}()

// readBlock reads and unpacks the block behind a descriptor at an offset.
func readBlock(r io.ReaderAt, at int64, d descriptor) ([]byte, error) {
	packed := make([]byte, d.packed)
	if _, err := r.ReadAt(packed, at+descriptorBytes); err != nil {
		return nil, fmt.Errorf("block at byte %d: %w", at, err)
	}
	if checksum(packed) != d.sum {
		return nil, damaged("block at byte %d: checksum", at)
	}
	raw, err := unpacker.DecodeAll(packed, nil)
	if err != nil {
		return nil, damaged("block at byte %d: %v", at, err)
	}
	if len(raw) != int(d.raw) {
		return nil, damaged("block at byte %d: %d bytes, %d announced", at, len(raw), d.raw)
	}
	return raw, nil
}
