package recording_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"testing"
	"time"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/recording"
)

// FuzzFile reads whatever it is given as a file.
func FuzzFile(f *testing.F) {
	file := play(f, recording.WriterConfig{KeyframeEvery: 100 * time.Millisecond}, 12, nil)
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		readAll(t, resummed(file))
	})
}

// FuzzRecords reads whatever it is given as what is in the blocks of a file, where compression and checksums stop no mutation.
func FuzzRecords(f *testing.F) {
	r := open(f, play(f, recording.WriterConfig{}, 9, nil))
	head, segment, err := recording.Unpacked(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(head, segment, uint32(9))
	f.Add(head, segment, uint32(10))
	f.Add(segment, head, uint32(1))
	f.Fuzz(func(t *testing.T, head, segment []byte, ticks uint32) {
		readAll(t, recording.FileOf(head, segment, ticks))
	})
}

// readAll goes every way into a recording of anyone's making, and makes the match again.
func readAll(t *testing.T, file []byte) {
	r, err := recording.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		if !errors.Is(err, protocol.ErrMalformed) && !errors.Is(err, recording.ErrNotARecording) && !errors.Is(err, recording.ErrFormat) {
			t.Fatal(err)
		}
		return
	}
	c := r.Cursor()
	for err == nil {
		_, err = c.Next()
	}
	if err != io.EOF && !errors.Is(err, protocol.ErrMalformed) {
		t.Fatal(err)
	}
	if tick, err := c.Seek(r.Last()/2 + 1); err == nil && tick.Tick != r.Last()/2+1 {
		t.Fatalf("tick %d", tick.Tick)
	}
	_, _ = recording.Verify(arena.Kind(), r) // must come back, with whatever it finds
}

// resummed is a file with the checksums right along its chain of blocks, so that what is behind them is reached.
func resummed(file []byte) []byte {
	file = bytes.Clone(file)
	table, le := crc32.MakeTable(crc32.Castagnoli), binary.LittleEndian
	for at := 0; at+40 <= len(file); {
		packed := uint64(le.Uint32(file[at+28:]))
		if packed > uint64(len(file)-at-40) {
			break
		}
		end := at + 40 + int(packed)
		le.PutUint32(file[at+32:], crc32.Checksum(file[at+40:end], table))
		le.PutUint32(file[at+36:], crc32.Checksum(file[at:at+36], table))
		at = end
	}
	return file
}

// FuzzPayloadValue reads what games emit.
func FuzzPayloadValue(f *testing.F) {
	f.Add([]byte{0x81, 0xa1, 'a', 1})
	f.Add([]byte{0xdf, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, payload []byte) {
		if _, err := recording.PayloadValue(payload); err != nil && !errors.Is(err, protocol.ErrMalformed) {
			t.Fatal(err)
		}
	})
}
