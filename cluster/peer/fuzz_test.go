package peer

import (
	"bytes"
	"testing"
)

// FuzzFrame: whatever arrives is refused, or is a frame that encodes to the same bytes, up to spellings of its numbers.
func FuzzFrame(f *testing.F) {
	for _, seed := range []frame{
		{kind: kindCall, id: 7, method: "room/verb", payload: []byte("payload")}, {kind: kindCast, method: "room/verb"},
		{kind: kindAnswer, id: 300, payload: []byte{0}}, {kind: kindRefusal, id: 1, payload: encodeRefusal(errFrame)},
	} {
		f.Add(seed.encode())
	}
	f.Add([]byte{1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		parsed, err := parseFrame(b)
		if err != nil {
			return
		}
		again, err := parseFrame(parsed.encode())
		if err != nil || again.kind != parsed.kind || again.id != parsed.id || again.method != parsed.method || !bytes.Equal(again.payload, parsed.payload) {
			t.Fatalf("%+v became %+v, %v", parsed, again, err)
		}
		if parsed.kind == kindRefusal && decodeRefusal(parsed.payload) == nil {
			t.Fatal("a refusal without an error")
		}
	})
}
