package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/deltatick/deltatick/simulator/floor"
	"github.com/deltatick/deltatick/simulator/load"
	"github.com/deltatick/deltatick/simulator/machine"
	"github.com/deltatick/deltatick/tick"
)

// figures are what one server has cost in one measured time.
type figures struct {
	user, system  time.Duration // CPU for a player and tick
	snapshots     [2]float64    // a second of a player: least, median
	inputs        float64       // a second of a player
	in, out       float64       // bytes a second of a player, as the players see it
	snapshotBytes float64       // mean
	inputBytes    float64       // mean
	allocations   float64       // for a player and tick
	gcs           float64       // a second
	rss           float64       // bytes for a player, above the empty server
	cores         [3]float64    // used by the server, by the load, and by everything else
	ticks         tick.HistogramSnapshot
}

func (f figures) cpu() time.Duration { return f.user + f.system }

// Below these, the load was not sustained: what a server costs that does not do its work says nothing. Ticks are 60 a second.
const (
	leastSnapshots  = 57
	medianSnapshots = 59
	leastInputs     = 57
)

func (f figures) sustained() bool {
	return f.snapshots[0] >= leastSnapshots && f.snapshots[1] >= medianSnapshots && f.inputs >= leastInputs
}

// round plays a server, or a floor like one, and measures.
func round(ctx context.Context, cfg config, role string, like figures) (figures, error) {
	players := cfg.rooms * cfg.size
	target := order{Role: role, Redis: cfg.redis, Sessions: players + 1, Floor: floor.Config{Rooms: cfg.rooms, Frame: int(like.snapshotBytes + 0.5)}}
	l := load.Config{Rooms: cfg.rooms, Size: cfg.size, Game: cfg.game, Codec: cfg.codec, Settings: games[cfg.game](cfg)}
	if role == roleFloor {
		l.Floor = int(like.inputBytes + 0.5)
	} else if one, _ := cfg.roles(); role == one {
		target.Profile = cfg.profile
	}
	var f figures
	err := play(ctx, target, l, func(server, players *process, empty sample) error {
		if !sleep(ctx, cfg.warm) {
			return ctx.Err()
		}
		began, busy := time.Now(), machine.BusyTime()
		before, err := both(server, players)
		if err != nil {
			return err
		}
		if !sleep(ctx, cfg.window) {
			return ctx.Err()
		}
		after, err := both(server, players)
		if err != nil {
			return err
		}
		f = between(before, after, empty, time.Since(began), machine.BusyTime()-busy)
		return nil
	})
	return f, err
}

// play starts a server and its players, and ends them when do has returned. do is given the server's sample from before they came.
func play(ctx context.Context, target order, l load.Config, do func(server, players *process, empty sample) error) (err error) {
	server, first, err := start(ctx, target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.end()) }()
	empty, err := server.sample()
	if err != nil {
		return err
	}
	l.Addr = first.Addr
	players, _, err := start(ctx, order{Role: roleLoad, Load: l})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, players.end()) }()
	return do(server, players, empty)
}

func both(server, players *process) (s [2]sample, err error) {
	if s[0], err = server.sample(); err != nil {
		return s, err
	}
	s[1], err = players.sample()
	return s, err
}

// between is what happened from one pair of samples to another.
func between(before, after [2]sample, empty sample, took, busy time.Duration) figures {
	was, is := before[0], after[0]
	lwas, lis := before[1].Load, after[1].Load
	rates := make([]float64, len(lis.Snapshots))
	total := 0.0
	for i := range rates {
		n := float64(lis.Snapshots[i] - lwas.Snapshots[i])
		rates[i] = n / took.Seconds()
		total += n
	}
	slices.Sort(rates)
	players := float64(len(rates))
	inputs := float64(lis.Inputs - lwas.Inputs)
	perTick := func(d time.Duration) time.Duration { return time.Duration(float64(d) / max(total, 1)) }
	f := figures{
		user: perTick(is.User - was.User), system: perTick(is.System - was.System),
		snapshots:     [2]float64{rates[0], rates[len(rates)/2]},
		inputs:        inputs / took.Seconds() / players,
		in:            float64(lis.BytesIn-lwas.BytesIn) / took.Seconds() / players,
		out:           float64(lis.BytesOut-lwas.BytesOut) / took.Seconds() / players,
		snapshotBytes: float64(lis.BytesIn-lwas.BytesIn) / max(total, 1),
		inputBytes:    float64(lis.BytesOut-lwas.BytesOut) / max(inputs, 1),
		allocations:   float64(is.Mallocs-was.Mallocs) / max(total, 1),
		gcs:           float64(is.GCs-was.GCs) / took.Seconds(),
		rss:           float64(is.RSS-empty.RSS) / players,
		ticks:         histogramBetween(was.Ticks.Lateness, is.Ticks.Lateness),
	}
	server := is.User + is.System - was.User - was.System
	load := after[1].User + after[1].System - before[1].User - before[1].System
	f.cores = [3]float64{server.Seconds() / took.Seconds(), load.Seconds() / took.Seconds()}
	f.cores[2] = max(0, busy.Seconds()/took.Seconds()-f.cores[0]-f.cores[1])
	return f
}

func histogramBetween(was, is tick.HistogramSnapshot) tick.HistogramSnapshot {
	is.Count -= was.Count
	is.Sum -= was.Sum
	for i := range was.Cumulative {
		is.Cumulative[i] -= was.Cumulative[i]
	}
	return is
}

// sleep reports whether the time passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
