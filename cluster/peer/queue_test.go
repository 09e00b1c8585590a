package peer_test

import (
	"errors"
	"testing"

	"github.com/deltatick/deltatick/cluster/peer"
)

// What a node says to itself waits like what it says to another, and the test decides when it is taken.
func TestWhatIsJustBeingTakenCountsAsWaiting(t *testing.T) {
	s := newService(t)
	const size = 1 << 20
	taking, release := make(chan struct{}, 64), make(chan struct{})
	a, _ := s.node("a", func(cfg *peer.Config) { cfg.MaxQueue = 3*size + size/2 }, func(m *peer.Mesh) {
		m.On("test/cast", func(string, []byte) {
			taking <- struct{}{}
			<-release
		})
	})
	t.Cleanup(func() { close(release) }) // before a closes
	payload := make([]byte, size)
	if err := a.Cast("a", "test/cast", payload); err != nil {
		t.Fatal(err)
	}
	<-taking
	for i := range 2 {
		if err := a.Cast("a", "test/cast", payload); err != nil {
			t.Fatalf("cast %d of 3: %v", i+2, err)
		}
	}
	if err := a.Cast("a", "test/cast", payload); !errors.Is(err, peer.ErrFull) {
		t.Errorf("a fourth MiB of three and a half: %v", err)
	}
	release <- struct{}{}
	<-taking // the second
	if err := a.Cast("a", "test/cast", payload); err != nil {
		t.Errorf("what was taken still counts: %v", err)
	}
	if err := a.Cast("a", "test/cast", payload); !errors.Is(err, peer.ErrFull) {
		t.Errorf("one more: %v", err)
	}
}
