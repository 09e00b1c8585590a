package simulator

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/simulator/machine"
)

// Run plays a population and reports. It blocks until the run is over and every bot is gone; ending ctx ends it early, with a
// report of what was measured. The error is about what kept it from running at all: a bad Config, no server, a server without the
// game. Bots that the server failed are no error: see Report.Failed.
func Run(ctx context.Context, cfg Config) (Report, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	if err := cfg.checkPredictions(); err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	if !cfg.AllowRemote {
		if err := checkLocal(ctx, cfg.URL); err != nil {
			return Report{}, fmt.Errorf("simulator: %w", err)
		}
	}
	games, err := probe(ctx, cfg)
	if err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	sources, watcher, err := preflight(ctx, cfg)
	if err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	r := &run{cfg: cfg, guard: newGuard(cfg), sources: sources, server: watcher}
	if err := r.populate(games); err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	if err := r.guard.stand(ctx); err != nil {
		return Report{}, fmt.Errorf("simulator: %w", err)
	}
	return r.measure(ctx), nil
}

// run is a population while it lives.
type run struct {
	cfg     Config
	window  window
	guard   *guard
	crowds  []*crowd
	raids   []*raid
	players []*player // of all crowds
	server  *watcher
	sources []*net.TCPAddr // that bots connect from in turn; none for the system's choice
}

// populate makes the crowds; games has the game of each.
func (r *run) populate(games []client.Game) error {
	bots := 0
	for i, g := range r.cfg.Groups {
		first := bots
		bots += g.Bots
		if g.Attack != "" {
			if raid := newRaid(g, first, r.cfg); len(raid.attackers) > 0 { // else all are of other parts
				r.raids = append(r.raids, raid)
			}
			continue
		}
		c, err := newCrowd(g, games[i], i, first, r)
		if err != nil {
			return err
		}
		if len(c.players) == 0 {
			continue // all of its lobbies are of other parts
		}
		r.crowds = append(r.crowds, c)
		r.players = append(r.players, c.players...)
	}
	return nil
}

// measure lets the population live and returns what became of it.
func (r *run) measure(ctx context.Context) Report {
	living, end := context.WithCancel(context.WithoutCancel(ctx))
	var bots sync.WaitGroup
	sleep(ctx, time.Until(r.cfg.At))
	began := time.Now()
	shown := newProgress(r, began)
	r.letIn(ctx, living, &bots, shown)
	joining := time.Since(began)
	sleep(ctx, r.cfg.Settle)

	opened := time.Now()
	r.server.start()
	before, cpu := r.traffic(), machine.CPUTime()
	r.window.open(opened)
	shown.began = opened
	r.watch(ctx, shown)
	r.window.close(time.Now())
	measured := time.Since(opened)
	after, cpu := r.traffic(), machine.CPUTime()-cpu
	r.server.stop(ctx)

	report := Report{Title: r.cfg.Title, Run: r.cfg.Run, Parts: r.cfg.Parts, URL: r.cfg.URL, Seed: r.cfg.Seed, Measured: measured.Seconds(), Interrupted: ctx.Err() != nil, Began: opened.UTC()}
	if r.cfg.Parts > 0 {
		report.Part = r.cfg.Part + 1
	}
	if measured > 0 { // else it was interrupted before
		report.CPU = cpu.Seconds() / measured.Seconds()
	}
	if !report.Interrupted {
		r.rollCall(ctx)
	}
	for _, p := range r.players {
		p.tally.rise()
	}
	end()
	bots.Wait()
	for _, p := range r.players {
		if p.link != nil {
			p.link.Close()
		}
	}
	r.guard.leave(ctx, report.Interrupted)
	r.invariants(&report)
	report.Upkeep = r.server.upkeep(r.population())
	report.Upkeep.Joining = joining.Seconds()
	if r.cfg.Soak != nil && !report.Interrupted {
		r.cfg.Soak.judge(ctx, r.server, &report.Upkeep)
	}
	for i, c := range r.crowds {
		g := c.report(measured, traffic{in: after[i].in - before[i].in, out: after[i].out - before[i].out})
		report.Bots, report.Lobbies, report.Failed = report.Bots+g.Bots, report.Lobbies+g.Lobbies, report.Failed+g.Failed
		report.Groups = append(report.Groups, g)
		report.Unmet += g.unmet()
	}
	report.Server = r.server.report()
	for _, raid := range r.raids {
		a := raid.report()
		report.Breaches += int(total(a.Breaches))
		report.Attacks = append(report.Attacks, a)
	}
	return report
}

// letIn starts the bots over the ramp and waits until each is seated, or its time to be is over.
func (r *run) letIn(ctx, living context.Context, bots *sync.WaitGroup, shown *progress) {
	fmt.Fprintf(r.cfg.Progress, "%s on their way into %s\n", many(len(r.players), "bot", "bots"), many(r.lobbies(), "lobby", "lobbies"))
	var started atomic.Int64
	showing, enough := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { shown.ramp(showing, &started) })
	defer watching.Wait()
	defer enough()
	step := r.cfg.Ramp / time.Duration(max(len(r.players), 1))
	for _, p := range r.players {
		bots.Go(func() { p.live(living) })
		started.Add(1)
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

// watch keeps and shows laps, looks at the server from outside, and lets chaos and attackers loose, until the measured time is over.
func (r *run) watch(ctx context.Context, shown *progress) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.For)
	defer cancel()
	var chaos sync.WaitGroup
	defer chaos.Wait()
	for _, raid := range r.raids {
		chaos.Go(func() { raid.run(ctx) })
	}
	for _, p := range r.players {
		if p.crowd.Chaos {
			chaos.Go(func() { p.wreak(ctx) })
		}
	}
	if r.server.outside != nil {
		chaos.Go(func() { r.server.outside.Run(ctx) })
	}
	newLaps(r, time.Now()).drive(ctx, lapTime(r.cfg.For), shown.show)
}

// rollCall waits until every bot that was ever seated is so again, and notes who is not.
func (r *run) rollCall(ctx context.Context) {
	since, said, called := time.Now(), r.guard.chats.Newest(), r.guard.calls.Newest()
	absent := slices.DeleteFunc(slices.Clone(r.players), func(p *player) bool {
		select {
		case <-p.seated:
			return false
		default:
			return true // failed already
		}
	})
	for {
		absent = slices.DeleteFunc(absent, func(p *player) bool { return p.present(since) })
		if len(absent) == 0 && r.allHeard(said, called) || time.Since(since) >= r.cfg.ReturnWithin || !sleep(ctx, 50*time.Millisecond) {
			break
		}
	}
	r.judgeChat(said)
	r.judgeCalls(called)
	for _, p := range absent {
		if p.crowd.Role.plays() {
			p.tally.fail(FailedAbsent, "not in seat %d of match %s within %v", p.tally.seat, p.tally.match, r.cfg.ReturnWithin)
		} else {
			p.tally.fail(FailedAbsent, "not back within %v", r.cfg.ReturnWithin)
		}
	}
}

func (r *run) lobbies() (n int) {
	for _, c := range r.crowds {
		n += c.lobbies
	}
	return n
}

// population is everyone whom the server has to bear: bots and attackers.
func (r *run) population() int {
	n := len(r.players)
	for _, raid := range r.raids {
		n += len(raid.attackers)
	}
	return n
}

// traffic is that of each crowd.
func (r *run) traffic() []traffic {
	all := make([]traffic, len(r.crowds))
	for i, c := range r.crowds {
		all[i] = c.traffic()
	}
	return all
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
