package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// Roster is who is there, as one node knows it. Make it with [New], [Roster.Open] it, and let one goroutine [Roster.Run] it; everything else may be called by
// any goroutine.
type Roster struct {
	cfg  Config
	soon chan struct{} // has a token when this node's entry is to be told at once

	// Guarded by mu.
	mu     sync.Mutex
	self   cluster.Node
	held   *cluster.Held // nil before Open
	others []cluster.Node
	seen   map[string]Sighting // the others, by id
	given  map[string]int      // matches that this node has given to others since they said how they are
}

// New makes a roster and starts nothing.
func New(cfg Config) (*Roster, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Roster{cfg: cfg, self: cfg.Node, soon: make(chan struct{}, 1), given: map[string]int{}, seen: map[string]Sighting{}}, nil
}

// ErrUnknown: no such node is known.
var ErrUnknown = errors.New("roster: no such node")

// Open enters this node in the directory and looks at the others. It asks again while the store is away, and while an earlier run of this node
// still has its lease, until ctx ends.
func (r *Roster) Open(ctx context.Context) error {
	for {
		err := r.enter(ctx)
		if err == nil {
			r.Look(ctx)
			return nil
		}
		if !errors.Is(err, cluster.ErrUnavailable) && !errors.Is(err, cluster.ErrHeld) {
			return fmt.Errorf("roster: %s: %w", r.cfg.Node.ID, err)
		}
		r.cfg.Logger.Warn("this node is not in the directory yet", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(r.cfg.Every):
		}
		if ctx.Err() != nil {
			return fmt.Errorf("roster: %s: %w", r.cfg.Node.ID, errors.Join(err, ctx.Err()))
		}
	}
}

// enter takes the node's lease and puts its entry.
func (r *Roster) enter(ctx context.Context) error {
	held, err := r.cfg.Keeper.Acquire(ctx, cluster.KindNode, r.cfg.Node.ID, r.cfg.Node.Owner)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.held = held
	r.mu.Unlock()
	return r.tell(ctx)
}

// Run keeps the node's entry true and looks at the others until ctx ends, and returns ctx's error; or [cluster.ErrFenced] when another process has taken the
// node's id, which is a mistake of who started it.
func (r *Roster) Run(ctx context.Context) error {
	r.mu.Lock()
	held := r.held
	r.mu.Unlock()
	if held == nil {
		return errors.New("roster: Run before Open")
	}
	ticker := time.NewTicker(r.cfg.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-held.Lost():
			return fmt.Errorf("roster: another process has taken the id %s: %w", r.cfg.Node.ID, cluster.ErrFenced)
		case <-ticker.C:
			r.Look(ctx)
		case <-r.soon:
		}
		if err := r.tell(ctx); err != nil && ctx.Err() == nil {
			r.cfg.Logger.Debug("this node's entry could not be told", "err", err)
		}
	}
}

// tell says how this node is.
func (r *Roster) tell(ctx context.Context) error {
	load, late := r.cfg.Load()
	r.mu.Lock()
	r.self.Load, r.self.Late = load, late
	r.self.Reports++
	delete(r.given, r.self.ID)
	self, held := r.self, r.held
	r.mu.Unlock()
	return r.cfg.Engine.PutNode(ctx, held.Lease(), self)
}

// Look reads how the others are, as Run does now and then. While the store is away, what was read last stays.
func (r *Roster) Look(ctx context.Context) {
	nodes, err := r.cfg.Engine.Nodes(ctx)
	if err != nil {
		return
	}
	nodes = slices.DeleteFunc(nodes, func(n cluster.Node) bool { return n.ID == r.cfg.Node.ID })
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range nodes {
		if r.news(n) {
			delete(r.given, n.ID)
		}
	}
	r.others = nodes
	r.sight(time.Now())
}

// news says whether a node has said how it is since it was looked at last: what it was given then is in its load. It needs mu.
func (r *Roster) news(n cluster.Node) bool {
	i := slices.IndexFunc(r.others, func(other cluster.Node) bool { return other.ID == n.ID })
	return i < 0 || n.Reports == 0 || n.Reports != r.others[i].Reports || n.Epoch != r.others[i].Epoch
}

// Self is this node.
func (r *Roster) Self() cluster.Node {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.self
}

// Drain says that this node takes no more matches and lobbies. There is no way back.
func (r *Roster) Drain() {
	r.mu.Lock()
	r.self.Draining = true
	r.mu.Unlock()
	r.Again()
}

// Again has the node's entry told at once: the store has lost it, or it has changed.
func (r *Roster) Again() {
	select {
	case r.soon <- struct{}{}:
	default:
	}
}

// Leave takes this node out of the directory. Run has returned.
func (r *Roster) Leave(ctx context.Context) error {
	r.mu.Lock()
	held := r.held
	r.mu.Unlock()
	if held == nil {
		return nil
	}
	return r.cfg.Keeper.Release(ctx, held)
}

// Nodes lists all nodes that are known to be there, this one too, ordered by id.
func (r *Roster) Nodes() []cluster.Node {
	r.mu.Lock()
	defer r.mu.Unlock()
	nodes := append(slices.Clone(r.others), r.self)
	slices.SortFunc(nodes, byID)
	return nodes
}

// Node looks one up: first among those that are known, then in the store. [ErrUnknown], [cluster.ErrUnavailable].
func (r *Roster) Node(ctx context.Context, id string) (cluster.Node, error) {
	if n, ok := r.known(id); ok {
		return n, nil
	}
	nodes, err := r.cfg.Engine.Nodes(ctx)
	if err != nil {
		return cluster.Node{}, err
	}
	for _, n := range nodes {
		if n.ID == id {
			return n, nil
		}
	}
	return cluster.Node{}, fmt.Errorf("%w: %q", ErrUnknown, id)
}

func (r *Roster) known(id string) (cluster.Node, bool) {
	for _, n := range r.Nodes() {
		if n.ID == id {
			return n, true
		}
	}
	return cluster.Node{}, false
}

// Address is where other nodes reach one: peer.Config.Address. Errors are those of [Roster.Node].
func (r *Roster) Address(ctx context.Context, id string) (string, error) {
	n, err := r.Node(ctx, id)
	return n.Inner(), err
}
