package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// crowd is all players of a service.
type crowd struct {
	parties []*party
	players []*player

	stop context.CancelFunc
	work sync.WaitGroup
}

// gather has players come to a service and play. Whoever calls it leaves, unless it fails.
func gather(ctx context.Context, cfg *config, url string) (*crowd, error) {
	living, stop := context.WithCancel(ctx)
	c := &crowd{stop: stop}
	for i := range cfg.players {
		if i%cfg.seats == 0 {
			c.parties = append(c.parties, &party{})
		}
		p := c.parties[len(c.parties)-1]
		m, err := newPlayer(url, i+1, p, cfg.seed)
		if err != nil {
			stop()
			return nil, err
		}
		p.players, c.players = append(p.players, m), append(c.players, m)
		c.work.Go(func() { m.live(living) })
	}
	sitting, cancel := context.WithTimeout(ctx, cfg.patience)
	defer cancel()
	failed := make(chan error, len(c.parties))
	for _, p := range c.parties {
		go func() { failed <- p.sitDown(sitting, cfg.game, cfg.settings()) }()
	}
	var err error
	for range c.parties {
		err = errors.Join(err, <-failed)
	}
	if err == nil {
		err = c.steady(ctx, time.Second, cfg.patience)
	}
	if err != nil {
		c.leave()
		return nil, err
	}
	for _, m := range c.players {
		m.take()
	}
	return c, nil
}

// leave has everybody leave, and waits for it.
func (c *crowd) leave() {
	c.stop()
	c.work.Wait()
}

// late is how old a player's newest snapshot may be, for the player to count as one who plays.
const late = 250 * time.Millisecond

// steady waits until everybody has been playing where they belong for a time. The error says who does not.
func (c *crowd) steady(ctx context.Context, long, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	since := time.Now()
	for {
		missing := c.missing()
		now := time.Now()
		switch {
		case len(missing) > 0:
			since = now
		case now.Sub(since) >= long:
			return nil
		}
		if now.After(deadline) {
			return &absentError{missing}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// absentError says who does not play.
type absentError struct{ who []string }

func (e *absentError) Error() string { return fmt.Sprintf("%d do not play: %v", len(e.who), e.who) }

// missing is who does not play where they belong, or nobody.
func (c *crowd) missing() (all []string) {
	for _, p := range c.parties {
		all = append(all, p.astray()...)
		for _, m := range p.players {
			if at, ended := m.fresh(); ended != nil {
				all = append(all, fmt.Sprintf("player %d is gone: %v", m.number, ended))
			} else if !m.client.Online() { // the match's frames may come all the same, straight from its node, but no events
				all = append(all, fmt.Sprintf("player %d is connected to no lobby node", m.number))
			} else if old := time.Since(at); old > late {
				all = append(all, fmt.Sprintf("player %d has had no snapshot for %v", m.number, old.Round(time.Millisecond)))
			}
		}
	}
	return all
}
