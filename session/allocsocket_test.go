//go:build !race

package session_test

import "testing"

// Not under the race detector, where a sync.Pool forgets at random what it was given.
func TestASnapshotToASocketAllocatesNothing(t *testing.T) {
	s := newStreet(t, false)
	ws, _, link := s.join("ann")
	head, body := numbered(1, 4000)
	buf := make([]byte, 4+len(head)+len(body))
	raw := ws.NetConn()
	if n := testing.AllocsPerRun(1000, func() {
		if !link.Ready() || !link.Offer(head, body) {
			t.Error("not taken")
		}
		for n := 0; n < len(buf); {
			m, err := raw.Read(buf[n:])
			if err != nil {
				t.Fatal(err)
			}
			n += m
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
