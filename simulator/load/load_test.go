package load_test

import (
	"context"
	"net/http/httptest"
	"net/netip"
	"testing"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/simulator/floor"
	"github.com/deltatick/deltatick/simulator/load"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryPlayerOfAFloorIsWrittenToAndEndsWithTheRun(t *testing.T) {
	f, err := floor.New(floor.Config{Rooms: 2, Frame: 100})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan struct{})
	go func() {
		defer close(written)
		f.Run(ctx)
	}()
	front := httptest.NewServer(f)
	l, err := load.New(load.Config{Addr: netip.MustParseAddrPort(front.Listener.Addr().String()), Rooms: 2, Size: 3, Floor: 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Run(ctx, stop); err != nil { // stops as soon as everybody has had a frame
		t.Error(err)
	}
	<-written
	front.Close()
	s := l.Sample()
	total := uint64(0)
	for i, n := range s.Snapshots {
		if n == 0 {
			t.Errorf("player %d got nothing", i)
		}
		total += n
	}
	if len(s.Snapshots) != 6 || s.BytesIn != 100*total || s.BytesOut != 20*s.Inputs {
		t.Errorf("%d players, %d bytes in %d frames, %d bytes in %d inputs", len(s.Snapshots), s.BytesIn, total, s.BytesOut, s.Inputs)
	}
}

func TestAPlayerThatIsTurnedAwayEndsTheRunWithTheReason(t *testing.T) {
	f, err := floor.New(floor.Config{Rooms: 1, Frame: 100})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(f)
	defer front.Close()
	l, err := load.New(load.Config{Addr: netip.MustParseAddrPort(front.Listener.Addr().String()), Rooms: 2, Size: 1, Floor: 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Run(t.Context(), func() {}); err == nil {
		t.Error("room 1 of a floor with one room was entered")
	}
}

func TestOnlyLoopbackIsPlayed(t *testing.T) {
	if _, err := load.New(load.Config{Addr: netip.MustParseAddrPort("192.0.2.1:80")}); err == nil {
		t.Error("another machine was taken")
	}
}
