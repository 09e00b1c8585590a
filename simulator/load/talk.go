package load

import (
	"context"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

const (
	pingEvery = time.Second

	// lead is how many ticks after the newest snapshot an input is meant for. The tick after that snapshot is due within a period, so
	// the input comes between one period early and two.
	lead = 2
	// farthest is how far ahead of the newest snapshot inputs may get while snapshots fail to come.
	farthest = 30
)

// talk is the sending goroutine: pings, and inputs once there is a match. A send that fails has cost the socket, which the reading
// goroutine notices.
func (p *player) talk(ctx context.Context) {
	if p.cfg.Idle {
		p.ping(ctx)
		return
	}
	in := &inputs{floor: p.cfg.Floor}
	if p.cfg.Floor == 0 {
		select {
		case enter := <-p.entered:
			in = newInputs(p.index, enter)
		case <-ctx.Done():
			return
		}
	}
	period := time.Second / time.Duration(p.cfg.Rate)
	due := time.Now().Add(p.phase() % period)
	lastPing := due.Add(-p.phase())
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	for tick := uint32(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := time.Now()
		if newest := p.newest.Load(); p.cfg.Floor > 0 || newest > 0 && tick < newest+farthest {
			tick = max(tick+1, newest+lead)
			frame := in.frame(tick, newest)
			if p.send(frame) != nil {
				return
			}
			p.inputs.Add(1)
			p.bytesOut.Add(uint64(len(frame)))
		}
		if p.cfg.Floor == 0 && now.Sub(lastPing) >= pingEvery {
			lastPing = now
			if p.send(p.pingFrame(now)) != nil {
				return
			}
		}
		due = due.Add(period)
		if late := now.Sub(due); late > 0 {
			missed := late/period + 1
			p.behind.Add(uint64(missed))
			due = due.Add(missed * period)
		}
		timer.Reset(due.Sub(now))
	}
}

// ping sends nothing but pings.
func (p *player) ping(ctx context.Context) {
	for wait := p.phase() % pingEvery; sleep(ctx, wait); wait = pingEvery {
		if p.send(p.pingFrame(time.Now())) != nil {
			return
		}
	}
}

// pingFrame acknowledges the events so far, which the server keeps until then.
func (p *player) pingFrame(now time.Time) []byte {
	return protocol.MustEncode(protocol.Ping{Kind: protocol.KindPing, Time: uint64(now.UnixMilli()), Seq: p.event.Load()})
}
