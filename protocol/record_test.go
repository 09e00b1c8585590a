package protocol_test

import (
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// FuzzRecords holds that any bytes are cut into records that make up the whole.
func FuzzRecords(f *testing.F) {
	f.Add(protocol.AppendRecord(nil, protocol.RecordFrame, []byte{0x93, 5, 1, 0}))
	f.Add(protocol.AppendRecord(protocol.AppendRecord(nil, protocol.RecordPing, nil), protocol.RecordClose, []byte{3}))
	f.Add([]byte{0, 0, 0, 9, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		rest, n := body, 0
		for len(rest) > 0 {
			_, payload, after, need, ok := protocol.CutRecord(rest)
			if !ok {
				if need <= len(rest) {
					t.Fatalf("%d bytes are called too few for %d", len(rest), need)
				}
				break
			}
			if len(payload)+protocol.RecordHead != need || len(after) != len(rest)-need {
				t.Fatalf("a record of %d bytes has a payload of %d and leaves %d of %d", need, len(payload), len(after), len(rest))
			}
			rest, n = after, n+1
		}
		if n > len(body)/protocol.RecordHead {
			t.Fatalf("%d records in %d bytes", n, len(body))
		}
	})
}
