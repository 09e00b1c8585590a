package match

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/deltatick/deltatick/match/state"
)

// Errors of checkpoints.
var (
	// ErrCheckpoint is wrapped by the errors about bytes that are no checkpoint, or a damaged one.
	ErrCheckpoint = errors.New("not a good checkpoint")
	// ErrOtherGame is wrapped by the errors about a checkpoint of another game, or of another version of it.
	ErrOtherGame = errors.New("checkpoint of another game")
)

// A checkpoint is the magic bytes, a version, the CRC-32C of what follows, and, as one zstd frame, a checkpointHead, a savedCore, a
// savedMatch and a list of savedViews in the format of package state. Version 1, which can be read, had no views.
const (
	checkpointMagic   = "dtcp"
	checkpointVersion = 2
	checkpointPrefix  = len(checkpointMagic) + 1 + 4
	// maxCheckpoint bounds what is unpacked, in bytes: a world of 5,000 entities takes less than a hundredth.
	maxCheckpoint = 64 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Both have no goroutines with these settings, and may be used by many at once.
var (
	packer = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			panic(err) // an option is out of range
		}
		return e
	})
	unpacker = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxCheckpoint))
		if err != nil {
			panic(err)
		}
		return d
	})
)

// plains has memory for checkpoints before they are compressed.
var plains = sync.Pool{New: func() any { return new([]byte) }}

// bytes makes the checkpoint's bytes. It may run on any goroutine, and once only.
func (k *capture) bytes() ([]byte, error) {
	k.core.Past, k.core.Hash = k.keeper.encode(k.past)
	memory := plains.Get().(*[]byte)
	defer plains.Put(memory)
	plain := (*memory)[:0]
	for _, part := range []any{&k.head, &k.core, &k.match, &k.views} {
		var err error
		if plain, err = state.Append(plain, part); err != nil {
			return nil, err
		}
	}
	*memory = plain
	if len(plain) > maxCheckpoint {
		return nil, fmt.Errorf("checkpoint of %d bytes, at most %d", len(plain), maxCheckpoint)
	}
	data := make([]byte, checkpointPrefix, checkpointPrefix+len(plain)/2)
	copy(data, checkpointMagic)
	data[len(checkpointMagic)] = checkpointVersion
	data = packer().EncodeAll(plain, data)
	binary.LittleEndian.PutUint32(data[checkpointPrefix-4:], crc32.Checksum(data[checkpointPrefix:], castagnoli))
	return data, nil
}

// openCheckpoint checks a checkpoint's bytes and returns what is in them, as the present version has it.
func openCheckpoint(data []byte) ([]byte, error) {
	switch {
	case len(data) < checkpointPrefix || string(data[:len(checkpointMagic)]) != checkpointMagic:
		return nil, fmt.Errorf("%w: it does not begin like one", ErrCheckpoint)
	case data[len(checkpointMagic)] < 1 || data[len(checkpointMagic)] > checkpointVersion:
		return nil, fmt.Errorf("%w: version %d, known are 1 to %d", ErrCheckpoint, data[len(checkpointMagic)], checkpointVersion)
	case binary.LittleEndian.Uint32(data[checkpointPrefix-4:]) != crc32.Checksum(data[checkpointPrefix:], castagnoli):
		return nil, fmt.Errorf("%w: the checksum is wrong", ErrCheckpoint)
	}
	plain, err := unpacker().DecodeAll(data[checkpointPrefix:], nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	if data[len(checkpointMagic)] == 1 {
		return state.Append(plain, new([]savedView))
	}
	return plain, nil
}
