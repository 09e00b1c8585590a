package capacity

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/deltatick/deltatick/simulator/load"
	"github.com/deltatick/deltatick/simulator/machine"
)

// FloorRate is how many frames a second the least player of a floor must have got for it to have served them.
const FloorRate = 57

// FloorLoad is who plays a floor: players like a server's, as far as traffic goes.
type FloorLoad struct {
	Addr        netip.AddrPort
	Rooms, Size int
	Input       int // bytes of an input
	Settle, For time.Duration
	CPU         func() (time.Duration, error) // the floor's process has used
}

// Play plays a floor and reports how it served, as [Step.Kept] by [FloorRate].
func (f FloorLoad) Play(ctx context.Context) (s Step, err error) {
	l, err := load.New(load.Config{Addr: f.Addr, Rooms: f.Rooms, Size: f.Size, Floor: f.Input})
	if err != nil {
		return s, err
	}
	playing, stop := context.WithCancel(ctx)
	in, over := make(chan struct{}), make(chan error, 1)
	go func() { over <- l.Run(playing, func() { close(in) }) }()
	defer func() {
		stop()
		if ended := <-over; err == nil {
			err = ended
		}
	}()
	// wait is for the load to be in, or for a time to pass; that the load has ended is put back for the above.
	wait := func(until <-chan struct{}, d <-chan time.Time) error {
		select {
		case <-until:
			return nil
		case <-d:
			return nil
		case ended := <-over:
			over <- ended
			return errors.Join(ended, errors.New("the floor's players have gone"))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := wait(in, nil); err != nil {
		return s, err
	}
	if err := wait(nil, time.After(f.Settle)); err != nil {
		return s, err
	}
	cpu, err := f.CPU()
	if err != nil {
		return s, err
	}
	began, was, busy, own := time.Now(), l.Sample(), machine.BusyTime(), machine.CPUTime()
	if err := wait(nil, time.After(f.For)); err != nil {
		return s, err
	}
	is, took := l.Sample(), time.Since(began).Seconds()
	after, err := f.CPU()
	if err != nil {
		return s, err
	}
	least := slices.Max(is.Snapshots)
	for i := range is.Snapshots {
		least = min(least, is.Snapshots[i]-was.Snapshots[i])
	}
	sent, behind := is.Inputs-was.Inputs, is.Behind-was.Behind
	s = Step{
		Bots: f.Rooms * f.Size, Kept: float64(least)/took >= FloorRate, Server: (after - cpu).Seconds() / took,
		Simulator: (machine.CPUTime() - own).Seconds() / took, Busy: (machine.BusyTime() - busy).Seconds() / took, Skipped: float64(behind) / max(1, float64(sent+behind)),
	}
	if !s.Kept {
		s.Unmet = []string{fmt.Sprintf("%.1f frames a second for the least, want %d", float64(least)/took, FloorRate)}
	}
	return s, nil
}
