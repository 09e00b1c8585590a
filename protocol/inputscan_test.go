package protocol

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vmihailenco/msgpack/v5"
)

// byLibrary reads an input frame with the library alone.
func byLibrary(frame []byte, values []int32) (InputHead, error) {
	return NewReader().inputByLibrary(frame, values)
}

// sameInput checks that the scan, where it takes a frame, says what the library says of it, and that Check lets it through.
func sameInput(t *testing.T, frame []byte, fields int) (scanned bool) {
	t.Helper()
	values, want := make([]int32, fields), make([]int32, fields)
	head, ok := scanInput(frame, values)
	if !ok {
		return false
	}
	if _, err := Check(frame, FromClient); err != nil {
		t.Errorf("% x: scanned, though %v", frame, err)
	}
	wantHead, err := byLibrary(frame, want)
	if err != nil || head != wantHead || !slices.Equal(values, want) {
		t.Errorf("% x: scanned %+v %v, by the library %+v %v, %v", frame, head, values, wantHead, want, err)
	}
	return true
}

func TestInputsOfAllWidthsAreScannedAsTheLibraryReadsThem(t *testing.T) {
	edges := []int64{0, 1, 31, 127, 128, 255, 256, 32767, 32768, 65535, 65536, math.MaxInt32}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, compact := range []bool{false, true} {
		for range 2000 {
			var buf bytes.Buffer
			enc := msgpack.NewEncoder(&buf)
			enc.UseCompactInts(compact)
			integer := func(v int64) {
				if err := enc.EncodeInt(v); err != nil {
					t.Fatal(err)
				}
			}
			fields, elements := rng.IntN(16), 5+rng.IntN(2)
			if err := enc.EncodeArrayLen(elements); err != nil {
				t.Fatal(err)
			}
			integer(int64(KindInput))
			for range 3 {
				integer(edges[rng.IntN(len(edges))] + int64(rng.IntN(2)))
			}
			if err := enc.EncodeArrayLen(fields); err != nil {
				t.Fatal(err)
			}
			for range fields {
				v := edges[rng.IntN(len(edges))]
				if rng.IntN(2) == 0 {
					v = -v - 1
				}
				integer(v)
			}
			if elements == 6 {
				integer(edges[rng.IntN(len(edges))])
			}
			if !sameInput(t, buf.Bytes(), fields) {
				t.Fatalf("% x: not scanned", buf.Bytes())
			}
		}
	}
}

func FuzzInputScan(f *testing.F) {
	f.Add([]byte{0x95, 3, 1, 0xcd, 3, 200, 0xce, 0, 0, 3, 198, 0x92, 0xd0, 0x80, 0xd1, 0x80, 0}, 2)
	f.Add([]byte{0x96, 3, 0xcf, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x91, 0xd3, 0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0xc0}, 1)
	f.Fuzz(func(t *testing.T, frame []byte, fields int) {
		sameInput(t, frame, min(max(fields, 0), MaxInputFields))
	})
}
