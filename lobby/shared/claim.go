package shared

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// This file is how a user who asks at two nodes at the same moment gets into one lobby. Whoever lets a user into a lobby has a claim on the user first, which the store
// gives to one node at a time. It is kept until every node has heard where the user is, and from then on the directory says so.

// claimFor is how long a claim lasts at most: longer than a join takes, and than it takes an entry to be put and heard of.
const claimFor = joinTimeout + time.Second

// nameOf is a name for the store made of one that may be as long as names there can be.
func nameOf(prefix, name string) string {
	sum := sha256.Sum256([]byte(name))
	return prefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

// claimUser claims a guest's user for a stay, which [Directory.leave] gives up. It waits for another node that is letting the user in, and is refused once it has; or with
// "unavailable", when ctx ends or the store is away.
func (d *Directory) claimUser(ctx context.Context, g *guest, stay ref) error {
	// Of this stay, not of the node: giving up the last one does not take this one away.
	owner := nameOf("stay/", fmt.Sprintf("%s/%d", d.cfg.Owner, stay))
	for wait := retryEvery / 16; ; wait = min(2*wait, retryEvery) {
		claim, err := d.cfg.Engine.Acquire(ctx, cluster.KindTask, nameOf("member/", g.user), owner, claimFor)
		if err == nil {
			g.mu.Lock()
			defer g.mu.Unlock()
			if g.ref != stay {
				return errUnavailable // out again already: it ends by itself
			}
			g.claim = claim
			return nil
		}
		if !errors.Is(err, cluster.ErrHeld) {
			return d.unavailable(err)
		}
		if err := d.elsewhere(ctx, g.user, ""); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errUnavailable
		case <-time.After(wait):
		}
	}
}

// unclaim gives up a guest's claim, if there is one that has not ended. It needs the guest's mu and Directory.mu, and does not wait.
func (d *Directory) unclaim(g *guest) {
	claim := g.claim
	g.claim = cluster.Lease{}
	if d.over || !time.Now().Before(claim.Until) {
		return // it ends by itself
	}
	d.running.Go(func() { _ = d.cfg.Engine.Release(d.ctx, claim) })
}
