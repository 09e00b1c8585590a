package client

import (
	"context"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Send sends an input for in.Tick and acknowledges the newest snapshot. It is for who keeps time themselves, by a [Pacer];
// [Room.Play] is simpler. Errors: ErrOffline, ErrSpectator.
func (r *Room) Send(in *Input) error {
	if r.Seat == 0 {
		return ErrSpectator
	}
	ack := uint32(0)
	if v := r.View(); v != nil {
		ack = v.Tick
	}
	r.acked.Store(time.Now().UnixNano())
	r.plays.Store(true)
	if err := r.sock.write(protocol.KindInput, in.frame(r.Epoch, ack)); err != nil {
		return err
	}
	r.client.stats.inputsSent.Add(1)
	return nil
}

// Play sends an input every tick until the room is over (Room.Err) or ctx ends (its cause). Before each, think is called with
// the newest view to fill in the input; both are on the caller's goroutine. The first input goes out after the first view.
func (r *Room) Play(ctx context.Context, think func(v *View, in *Input)) error {
	if r.Seat == 0 {
		return ErrSpectator
	}
	first, err := r.firstView(ctx)
	if err != nil {
		return err
	}
	in := r.NewInput()
	rtt, _ := r.client.stats.rtt.load()
	pacer := StartPacer(r.TickRate, first.Tick, rtt, time.Now())
	timer := time.NewTimer(0)
	defer timer.Stop()
	reported, skipped := first.Tick, uint64(0)
	for {
		select {
		case <-timer.C:
		case <-r.done:
			return r.Err()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		now := time.Now()
		view := r.View()
		if view.Tick != reported {
			pacer.Report(view.Tick, view.Head.Slack)
			reported = view.Tick
		}
		if now.Before(pacer.Due()) {
			timer.Reset(pacer.Due().Sub(now)) // the report has moved it
			continue
		}
		in.Tick = pacer.Next(now)
		r.client.stats.inputsSkipped.Add(pacer.Skipped() - skipped)
		skipped = pacer.Skipped()
		think(view, in)
		_ = r.Send(in) // a failure costs the socket, and that ends the room
		timer.Reset(time.Until(pacer.Due()))
	}
}

func (r *Room) firstView(ctx context.Context) (*View, error) {
	select {
	case <-r.ready:
		return r.View(), nil
	case <-r.done:
		return nil, r.Err()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
