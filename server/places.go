package server

import (
	"context"
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// place is where a match runs.
type place struct {
	node  string
	epoch uint32
}

// places finds out where matches run. Of all players of this node that want to know it of one match at the same time, one asks the store.
type places struct {
	engine  cluster.Engine
	running *sync.WaitGroup // of what asks the store; who calls find is one of them

	// Guarded by mu.
	mu      sync.Mutex
	asking  map[string]*asked
	hearsay map[string]heard
}

// asked is a question that is under way, and then its answer.
type asked struct {
	done chan struct{} // closed when the rest is set
	at   place
	err  error
}

// heard is what the node that had a match said of where it went: sooner known than what the store says, and of no use once that says more.
type heard struct {
	place
	until time.Time
}

const hearsayFor = 2 * time.Second

func newPlaces(engine cluster.Engine, running *sync.WaitGroup) *places {
	return &places{engine: engine, running: running, asking: map[string]*asked{}, hearsay: map[string]heard{}}
}

// find says where a match runs, as far as is known: it may be an owner whose lease has ended. Errors are those of cluster.Matches.Match, and ctx's.
func (p *places) find(ctx context.Context, matchID string) (place, error) {
	p.mu.Lock()
	a := p.asking[matchID]
	if a == nil {
		a = &asked{done: make(chan struct{})}
		p.asking[matchID] = a
		p.running.Go(func() { // by a goroutine of its own: a store that stalls keeps nobody who need not know any more
			m, err := p.engine.Match(context.WithoutCancel(ctx), matchID) // others wait for it, too; the engine bounds it
			p.answer(matchID, a, place{m.Node, m.Epoch}, err)
		})
	}
	p.mu.Unlock()
	select {
	case <-a.done:
		return a.at, a.err
	case <-ctx.Done():
		return place{}, ctx.Err()
	}
}

func (p *places) answer(matchID string, a *asked, at place, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.asking, matchID)
	h, known := p.hearsay[matchID]
	if known && time.Now().After(h.until) || err == nil && at.epoch >= h.epoch {
		delete(p.hearsay, matchID)
		known = false
	}
	if known {
		at, err = h.place, nil
	}
	a.at, a.err = at, err
	close(a.done)
}

// hear takes the word of the node that had a match.
func (p *places) hear(matchID string, at place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for id, h := range p.hearsay { // of matches that nobody asks about any more
		if now.After(h.until) {
			delete(p.hearsay, id)
		}
	}
	if at.epoch > p.hearsay[matchID].epoch {
		p.hearsay[matchID] = heard{at, now.Add(hearsayFor)}
	}
}
