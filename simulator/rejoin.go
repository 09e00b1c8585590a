package simulator

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// A Rejoiner goes in one of these ways, at random:
//
//   - it leaves its lobby, and joins it again about a second later. The place is free at once, so that it is let in;
//   - it takes its session up by another connection, as a second tab does, while the first is up: that one is closed as displaced, and the second
//     has the same session, seat and match, and every event once;
//   - it vanishes: its connection ends without a bye, and it comes back with a new session. Its old place is kept for the server's grace period, for nobody
//     (invariant owner), so it needs another one; the lobbies of rejoiners have two for each. Of a user who is not a guest the new session is refused
//     as long as the old one has its place (docs/PROTOCOL.md, section 4.1), and let in then.

// parting is how a visit ends.
type parting uint8

const (
	saysBye   parting = iota
	vanishes          // the connection ends, and nobody comes back to the session
	handsOver         // another connection takes the session up
)

// The ways of a Rejoiner, as the report counts them.
const (
	wayLeave    = "leave"
	wayTakeOver = "take over"
	wayVanish   = "vanish"
)

// returns is what a Rejoiner has done.
type returns struct {
	rng    *rand.Rand  // of the goroutine that decides
	barred atomic.Bool // it waits until its old session's place is free

	// Of the player's goroutine, and, while a visit lives, of the one that decides, which the player waits for.
	count    map[string]int
	vanished time.Time     // when it did so last; zero: never
	grace    time.Duration // of the session it left then
}

// bar is for how long yet the session that it let go of has its place.
func (r *returns) bar() time.Duration { return max(0, time.Until(r.vanished.Add(r.grace))) }

// comeAndGo goes now and then, until ctx ends, or the session has been left for good.
func (v *visit) comeAndGo(ctx context.Context) {
	r := &v.returns
	for sleep(ctx, about(v.crowd.Rejoin, r.rng)) {
		if v.tally.window.isShut() {
			return
		}
		if v.client.Room() == nil {
			continue // just now it has nothing to leave
		}
		ways := []string{wayLeave, wayTakeOver}
		if (v.party.spare || v.crowd.Auth != nil) && r.bar() == 0 {
			ways = append(ways, wayVanish)
		}
		way, over := ways[r.rng.IntN(len(ways))], true
		switch way {
		case wayLeave:
			over = false
			if !v.leaveAndJoin(ctx) {
				return
			}
		case wayTakeOver:
			if v.heir = v.handOver(ctx); v.heir == nil {
				continue
			}
			v.parting = handsOver
		case wayVanish:
			r.vanished, r.grace = time.Now(), v.client.Session().Grace
			v.parting = vanishes
		}
		if r.count == nil {
			r.count = map[string]int{}
		}
		r.count[way]++
		if over {
			v.depart()
			return
		}
	}
}

// leaveAndJoin leaves the lobby, with it the match, and comes back. It reports whether the bot was let in again.
func (v *visit) leaveAndJoin(ctx context.Context) bool {
	match, seat := v.tally.sat()
	v.stepped.Store(match)
	v.senses.rise(match, seat)
	err := v.client.Lobby().Leave(ctx)
	for errors.Is(err, client.ErrOffline) { // whether it has left is not known
		err = v.client.Lobby().Leave(ctx)
	}
	var refused *protocol.Error
	if errors.As(err, &refused) && refused.Code == protocol.CodeNotFound {
		err = nil // it had
	}
	if err != nil {
		if ctx.Err() == nil {
			v.tally.fail(FailedRejoin, "leaving: %v", err)
		}
		return false
	}
	v.senses.step()
	v.tally.step()
	if !sleep(ctx, about(time.Second, v.returns.rng)) {
		return false
	}
	v.tally.setOut(time.Now())
	joining, cancel := context.WithTimeout(ctx, v.cfg.JoinWithin)
	defer cancel()
	err = v.party.enter(joining, v.client)
	unknown := false // whether it is in
	for errors.Is(err, client.ErrOffline) {
		unknown = true
		err = v.party.enter(joining, v.client)
	}
	if unknown && errors.As(err, &refused) && refused.Code == protocol.CodeAlready {
		err = nil
	}
	if err != nil && ctx.Err() == nil {
		v.tally.fail(FailedRejoin, "joining again: %v", err)
	}
	return err == nil
}

// enter joins the lobby. A user who is no guest is kept out while a session that they have let go of has its place, and asks again until that is over.
func (v *visit) enter(ctx context.Context) error {
	for {
		err := v.party.enter(ctx, v.client)
		var refused *protocol.Error
		if v.crowd.Auth == nil || v.returns.vanished.IsZero() || !errors.As(err, &refused) || refused.Code != protocol.CodeAlready {
			v.returns.barred.Store(false)
			return err
		}
		v.returns.barred.Store(true)
		if !sleep(ctx, 200*time.Millisecond) {
			return err
		}
	}
}

// handOver makes the visit that takes the session up, or nil where ctx ends before. From then on nothing counts that this one sees.
func (v *visit) handOver(ctx context.Context) *visit {
	answer := make(chan client.Resumption, 1)
	v.handing.Store(&answer)
	select {
	case with := <-answer:
		heir := &visit{player: v.player, senses: v.senses, again: v.again, heirOf: v}
		if err := heir.newClient(with); err != nil { // the first one had the same configuration
			v.tally.fail(FailedRejoin, "%v", err)
			return nil
		}
		return heir
	case <-ctx.Done():
		return nil
	}
}

// giveUp answers handOver. The client's goroutine calls it after a snapshot, when no event is half handled.
func (v *visit) giveUp() {
	if asked := v.handing.Swap(nil); asked != nil {
		v.handed.Store(true)
		v.tally.lost()
		*asked <- v.client.Resumption()
	}
}

// sawWelcome holds the server to what it promises who takes a session up.
func (v *visit) sawWelcome(w client.Session) {
	if v.handed.Load() {
		return
	}
	if v.heirOf != nil {
		was := v.heirOf.client.Session()
		if !w.Resumed || w.ID != was.ID || w.User != was.User {
			v.tally.fail(FailedRejoin, "took up session %s of user %s, and has %s of %s, resumed: %v", was.ID, was.User, w.ID, w.User, w.Resumed)
		}
		select {
		case <-v.welcomed:
		default:
			close(v.welcomed)
		}
	}
	v.senses.connected(w)
}

// succeed makes the heir of a visit the bot's present one, and sees to it that the older connection ends.
func (p *player) succeed(old *visit) {
	heir := old.heir
	heir.spoken = old.spoken
	p.mu.Lock()
	p.visit, p.older = heir, append(p.older, old)
	p.mu.Unlock()
	p.retired.Go(func() {
		select {
		case <-heir.welcomed:
		case <-heir.ended:
		}
		displaced := time.NewTimer(p.cfg.JoinWithin)
		defer displaced.Stop()
		select {
		case <-old.ended:
			if old.lostWith != 0 && old.lostWith != protocol.CloseDisplaced {
				p.tally.fail(FailedRejoin, "the connection whose session another one took up was closed with %d", old.lostWith)
			}
		case <-heir.ended: // the run is over
		case <-displaced.C:
			p.tally.fail(FailedRejoin, "the older connection of a session went on for %v", p.cfg.JoinWithin)
		}
		old.stop()
		<-old.ended
		p.retire(old)
	})
}

// retire ends the accounts of a connection whose session another one has.
func (p *player) retire(old *visit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.past.Add(old.client.Stats())
	p.guard.ledger.Client(old.client.Stats(), p.index+1)
	for i, v := range p.older {
		if v == old {
			p.older = append(p.older[:i], p.older[i+1:]...)
			return
		}
	}
}
