package hostile

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

const (
	// stall is for how long a slow reader reads nothing.
	stall = 3 * time.Second
	// maxBacklog is what may wait for a reader that has read nothing: the queue of docs/sessions.md#limits, and as much in the sockets of both ends
	// as systems commonly let grow without being asked.
	maxBacklog = 16 << 20
)

// slowReader enters a match, reads nothing for a while, and then takes all there is.
func slowReader(ctx context.Context, a *Attacker) error {
	w, _, _, err := a.seated(ctx)
	if err != nil {
		return err
	}
	defer w.cut()
	if !pause(ctx, stall) {
		return nil
	}
	backlog := 0
	// What arrives within a moment was there already, but for the snapshots of that moment, which are few.
	for until := time.Now().Add(200 * time.Millisecond); time.Now().Before(until); {
		_, frame, err := w.next()
		if err != nil {
			a.answered(err)
			return err
		}
		backlog += len(frame)
	}
	a.answered(nil)
	if backlog > maxBacklog {
		a.breach("more than %d MiB waited for a reader that read nothing", maxBacklog>>20)
	}
	return nil
}

// neverAck reads everything and says nothing.
func neverAck(ctx context.Context, a *Attacker) error {
	w, _, _, err := a.seated(ctx)
	if err != nil {
		return err
	}
	defer w.cut()
	began := time.Now()
	for time.Since(began) < protocol.AckTimeout+patience {
		if _, _, err := w.next(); err != nil {
			a.expectClosed(err, "a client that acknowledges nothing was ended for something else", protocol.CloseSlow, protocol.CloseSilent)
			return err
		}
	}
	a.answered(nil)
	a.breach("a client that acknowledges nothing was put up with for %v", protocol.AckTimeout+patience)
	return nil
}

// joinRace has many join a lobby at the same moment that has one place left.
func joinRace(ctx context.Context, a *Attacker) error {
	const racers, places = MaxSockets - 1, 2
	host, _, err := a.guest(ctx)
	if err != nil {
		return err
	}
	defer host.cut()
	code, err := a.lobby(host, places)
	if err != nil {
		return err
	}
	outcomes := make(chan error, racers)
	ready, judged := make(chan struct{}), make(chan struct{})
	var running sync.WaitGroup
	for range racers {
		running.Go(func() {
			w, _, err := a.guest(ctx)
			if err != nil {
				outcomes <- err
				return
			}
			defer w.cut()
			<-ready
			_, err = w.ask("join", map[string]any{"code": code})
			outcomes <- err
			<-judged // who is in stays in until all have tried
		})
	}
	defer running.Wait()
	defer close(judged)
	pause(ctx, 50*time.Millisecond) // for them to connect
	close(ready)
	in := 1 // the host
	for range racers {
		err := <-outcomes
		var refused *protocol.Error
		switch {
		case err == nil:
			in++
		case errors.As(err, &refused) && refused.Code != protocol.CodeFull && refused.Code != protocol.CodeNotFound:
			a.breach("a full lobby was refused as %s", refused.Code)
		}
		if ctx.Err() == nil {
			a.answered(err)
		}
	}
	if in > places {
		a.breach("%d got into a lobby for %d", in, places)
	}
	return nil
}
