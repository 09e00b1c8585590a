package simulator

import (
	"context"
	"math/rand/v2"
	"sync"

	"github.com/deltatick/deltatick/simulator/hostile"
)

// raid is a Group of attackers. It begins when everybody is in and ends with the measured time, so that what it does to the others is in
// their figures.
type raid struct {
	Group
	attackers []*hostile.Attacker
	laps      []AttackLap // of the goroutine that watches the run
}

// newRaid makes the attackers of a group; the first of them is bot number first of the run, from 0.
func newRaid(g Group, first int, cfg Config) *raid {
	attack, _ := hostile.Named(g.Attack) // there is one: see Group.withDefaults
	r := &raid{Group: g}
	for i := range g.Bots {
		if !cfg.takes(i) {
			continue
		}
		r.attackers = append(r.attackers, hostile.New(attack, hostile.Config{
			URL: cfg.URL, Game: g.Game, Rand: rand.New(rand.NewPCG(cfg.Seed, uint64(first+i)*purposes)),
			NetDial: cfg.NetDial, Logger: cfg.Logger.With("attacker", first+i+1),
		}))
	}
	return r
}

// run attacks until ctx ends.
func (r *raid) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, a := range r.attackers {
		all.Go(func() { a.Run(ctx) })
	}
	all.Wait()
}

func (r *raid) sum() (sum hostile.Report) {
	for _, a := range r.attackers {
		sum.Add(a.Report())
	}
	return sum
}

// AttackReport is what became of a group of attackers.
type AttackReport struct {
	Name   string `json:"name"`
	Attack string `json:"attack"`
	Bots   int    `json:"bots"`
	hostile.Report
	Laps []AttackLap `json:"laps"`
}

func (r *raid) report() AttackReport {
	return AttackReport{Name: r.Name, Attack: r.Attack, Bots: len(r.attackers), Report: r.sum(), Laps: r.laps}
}
