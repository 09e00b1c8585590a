package node_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/server/node"
)

// cut is an engine between which and its store the network can fail. What a node needs of it to own, to place and to look something up is cut.
type cut struct {
	cluster.Engine
	off atomic.Bool
}

// through asks the store, if it can be reached.
func through[T interface{}](c *cut, ask func() (T, error)) (answer T, err error) {
	if c.off.Load() {
		return answer, cluster.ErrUnavailable
	}
	return ask()
}

func (c *cut) done(ask func() error) error {
	_, err := through(c, func() (struct{}, error) { return struct{}{}, ask() })
	return err
}

func (c *cut) Acquire(ctx context.Context, kind cluster.Kind, id, owner string, ttl time.Duration) (cluster.Lease, error) {
	return through(c, func() (cluster.Lease, error) { return c.Engine.Acquire(ctx, kind, id, owner, ttl) })
}

func (c *cut) Renew(ctx context.Context, leases ...cluster.Lease) []cluster.Renewal {
	if !c.off.Load() {
		return c.Engine.Renew(ctx, leases...)
	}
	all := make([]cluster.Renewal, len(leases))
	for i, l := range leases {
		all[i] = cluster.Renewal{Lease: l, Err: cluster.ErrUnavailable}
	}
	return all
}

func (c *cut) Release(ctx context.Context, l cluster.Lease) error {
	return c.done(func() error { return c.Engine.Release(ctx, l) })
}

func (c *cut) Transfer(ctx context.Context, l cluster.Lease, owner string) (cluster.Lease, error) {
	return through(c, func() (cluster.Lease, error) { return c.Engine.Transfer(ctx, l, owner) })
}

func (c *cut) Expired(ctx context.Context, kind cluster.Kind) ([]cluster.Lease, error) {
	return through(c, func() ([]cluster.Lease, error) { return c.Engine.Expired(ctx, kind) })
}

func (c *cut) PutLobby(ctx context.Context, l cluster.Lease, entry cluster.Lobby, members []string) error {
	return c.done(func() error { return c.Engine.PutLobby(ctx, l, entry, members) })
}

func (c *cut) Lobby(ctx context.Context, id string) (cluster.Lobby, error) {
	return through(c, func() (cluster.Lobby, error) { return c.Engine.Lobby(ctx, id) })
}

func (c *cut) PutMatch(ctx context.Context, l cluster.Lease, m cluster.Match) error {
	return c.done(func() error { return c.Engine.PutMatch(ctx, l, m) })
}

func (c *cut) Match(ctx context.Context, id string) (cluster.Match, error) {
	return through(c, func() (cluster.Match, error) { return c.Engine.Match(ctx, id) })
}

func (c *cut) Save(ctx context.Context, saves ...cluster.Save) []error {
	if !c.off.Load() {
		return c.Engine.Save(ctx, saves...)
	}
	errs := make([]error, len(saves))
	for i := range errs {
		errs[i] = cluster.ErrUnavailable
	}
	return errs
}

func (c *cut) Saved(ctx context.Context, id string) (cluster.Saved, error) {
	return through(c, func() (cluster.Saved, error) { return c.Engine.Saved(ctx, id) })
}

func (c *cut) PutNode(ctx context.Context, l cluster.Lease, n cluster.Node) error {
	return c.done(func() error { return c.Engine.PutNode(ctx, l, n) })
}

func (c *cut) Nodes(ctx context.Context) ([]cluster.Node, error) {
	return through(c, func() ([]cluster.Node, error) { return c.Engine.Nodes(ctx) })
}

// TestWhoPlaysOnANodeThatAloneIsCutOffFromTheStoreGoesOnInTheSameSeat has a player, a lobby and its match on a node of both roles.
func TestWhoPlaysOnANodeThatAloneIsCutOffFromTheStoreGoesOnInTheSameSeat(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var way *cut
	one := s.start("both-1", 10, func(cfg *node.Config) {
		way = &cut{Engine: cfg.Engine}
		cfg.Engine, cfg.NoLobbies = way, false
	})
	ann := s.join("ann", one)
	if _, err := ann.Lobby().Create(s.ctx, client.NewLobby{Game: "dots"}); err != nil {
		t.Fatal(err)
	}
	if err := ann.Lobby().Start(s.ctx); err != nil {
		t.Fatal(err)
	}
	before := ann.plays(any)
	two := s.start("both-2", 10, func(cfg *node.Config) { cfg.NoLobbies = false })
	ann.note(func() { ann.dials = []*running{two, one} })
	bob := s.join("bob", two)
	s.eventually("both nodes know each other", func() bool {
		all, err := bob.Presences().Watch(s.ctx, ann.session().User)
		return err == nil && len(all) == 1 && all[0].State == "match"
	})
	way.off.Store(true)
	after := ann.plays(func(r *client.Room) bool { return r.Epoch > before.Epoch })
	if after.Match != before.Match || after.Seat != before.Seat {
		t.Errorf("seat %d in %s, before %d in %s", after.Seat, after.Match, before.Seat, before.Match)
	}
	way.off.Store(false)
	s.eventually("the lobby answers", func() bool {
		_, err := ann.Chat().Say(s.ctx, "still here")
		return err == nil
	})
}
