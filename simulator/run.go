package simulator

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	client "github.com/deltatick/deltatick/client-go"
)

// Run plays a population and reports. It blocks until the run is over and every bot is gone; ending ctx ends it early, with a
// report of what was measured. The error is about what kept it from running at all: a bad Config, no server, a server without the
// game. Bots that the server failed are no error: see Report.Failed.
func Run(ctx context.Context, cfg Config) (Report, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	if !cfg.AllowRemote {
		if err := checkLocal(ctx, cfg.URL); err != nil {
			return Report{}, fmt.Errorf("simulator: %w", err)
		}
	}
	game, err := probe(ctx, cfg)
	if err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	r := &run{cfg: cfg, gauges: newGauges()}
	if err := r.populate(game); err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	return r.measure(ctx), nil
}

// run is a population while it lives.
type run struct {
	cfg     Config
	window  window
	gauges  *gauges
	players []*player
	lobbies int
}

func (r *run) populate(game client.Game) error {
	for i, size := range groups(r.cfg.Bots, r.cfg.RoomSize) {
		g := &group{
			minPlayers: game.MinPlayers, open: make(chan struct{}),
			lobby: client.NewLobby{
				Game: game.Name, Name: fmt.Sprintf("simulator %d", i+1), MaxPlayers: max(size, game.MinPlayers),
				Start: client.StartHost, Settings: r.cfg.Settings,
			},
		}
		for seat := range size {
			p, err := newPlayer(len(r.players), r.cfg, g, seat == 0, &r.window, r.gauges)
			if err != nil {
				return err
			}
			r.players = append(r.players, p)
		}
		r.lobbies++
	}
	return nil
}

// measure lets the population live and returns what became of it.
func (r *run) measure(ctx context.Context) Report {
	living, end := context.WithCancel(context.WithoutCancel(ctx))
	var bots sync.WaitGroup
	r.letIn(ctx, living, &bots)

	opened := time.Now()
	before, cpu := r.traffic(), cpuTime()
	r.window.open(opened)
	r.watch(ctx)
	r.window.close(time.Now())
	measured := time.Since(opened)
	after, cpu := r.traffic(), cpuTime()-cpu

	report := Report{
		URL: r.cfg.URL, Game: r.cfg.Game, Bots: r.cfg.Bots, Lobbies: r.lobbies, Chaos: r.cfg.Chaos, Seed: r.cfg.Seed,
		Interrupted: ctx.Err() != nil,
	}
	if measured > 0 { // else it was interrupted before
		bots := float64(r.cfg.Bots)
		report.CPU = cpu.Seconds() / measured.Seconds()
		report.BytesIn = float64(after.in-before.in) / measured.Seconds() / bots
		report.BytesOut = float64(after.out-before.out) / measured.Seconds() / bots
	}
	if !report.Interrupted {
		r.rollCall(ctx)
	}
	for _, p := range r.players {
		p.tally.rise()
	}
	end()
	bots.Wait()
	report.Latency, report.Interval = r.gauges.latency.spread(), r.gauges.interval.spread()
	report.Slack, report.Rejoin = r.gauges.slack.spread(), r.gauges.rejoin.spread()
	report.collect(r.players, measured)
	return report
}

// letIn starts the bots over the ramp and waits until each is seated, or its time to be is over.
func (r *run) letIn(ctx, living context.Context, bots *sync.WaitGroup) {
	fmt.Fprintf(r.cfg.Progress, "%d bots on their way into %d lobbies of %s\n", len(r.players), r.lobbies, r.cfg.Game)
	step := r.cfg.Ramp / time.Duration(len(r.players))
	for _, p := range r.players {
		bots.Go(func() { p.live(living) })
		if !sleep(ctx, step) {
			return
		}
	}
	deadline := time.After(r.cfg.JoinWithin)
	for _, p := range r.players {
		select {
		case <-p.seated:
		case <-deadline:
			return
		case <-ctx.Done():
			return
		}
	}
}

// watch shows progress, and lets chaos loose, until the measured time is over.
func (r *run) watch(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.For)
	defer cancel()
	var chaos sync.WaitGroup
	defer chaos.Wait()
	if r.cfg.Chaos {
		for _, p := range r.players {
			chaos.Go(func() { p.wreak(ctx) })
		}
	}
	lines := newProgress(r)
	for second := time.NewTicker(time.Second); ; {
		select {
		case <-second.C:
			lines.show(time.Now())
		case <-ctx.Done():
			second.Stop()
			return
		}
	}
}

// rollCall waits until every bot that was ever seated is so again, and notes who is not.
func (r *run) rollCall(ctx context.Context) {
	since := time.Now()
	absent := slices.DeleteFunc(slices.Clone(r.players), func(p *player) bool {
		select {
		case <-p.seated:
			return false
		default:
			return true // failed already
		}
	})
	for {
		absent = slices.DeleteFunc(absent, func(p *player) bool { return p.tally.present(since) })
		if len(absent) == 0 || time.Since(since) >= r.cfg.ReturnWithin || !sleep(ctx, 50*time.Millisecond) {
			break
		}
	}
	for _, p := range absent {
		p.tally.fail(FailedAbsent, "not in seat %d of match %s within %v", p.tally.seat, p.tally.match, r.cfg.ReturnWithin)
	}
}

type traffic struct{ in, out uint64 }

func (r *run) traffic() (t traffic) {
	for _, p := range r.players {
		s := p.client.Stats()
		t.in += client.Total(s.In).Bytes
		t.out += client.Total(s.Out).Bytes
	}
	return t
}

// sleep reports whether the time passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
