package matches

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
)

// Host runs a node's matches. Make it with [New], before its peers are used, and let one goroutine [Host.Run] it. Everything else may be called by any
// goroutine.
type Host struct {
	// Static after construction.
	cfg   Config
	owner string
	node  string
	kinds map[string]match.Kind
	ctx   context.Context // of all that runs; ends with Run
	stop  context.CancelFunc

	goroutines sync.WaitGroup
	phase      atomic.Uint64 // matches that have begun here

	// Guarded by mu.
	mu       sync.Mutex
	draining bool
	closed   bool                // no goroutine begins any more
	running  map[string]*running // by match
	coming   map[string]bool     // being made, taken over or taken
	moved    map[string]gone     // where matches went that were here
	results  map[string]result   // of matches that were here
}

// gone is where a match went, for a while.
type gone struct {
	err   *MovedError
	until time.Time
}

type result struct {
	match.Result
	until time.Time
}

// New makes a host and says to its peers what it answers. It starts nothing.
func New(cfg Config) (*Host, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	self := cfg.Roster.Self()
	h := &Host{
		cfg: cfg, owner: self.Owner, node: self.ID, kinds: map[string]match.Kind{},
		running: map[string]*running{}, coming: map[string]bool{}, moved: map[string]gone{}, results: map[string]result{},
	}
	for _, k := range cfg.Kinds {
		k, err := k.Checked()
		if err != nil {
			return nil, err
		}
		h.kinds[k.Name] = k
	}
	h.ctx, h.stop = context.WithCancel(context.Background())
	cfg.Peers.Handle(methodCreate, h.create)
	cfg.Peers.Handle(methodFollow, h.follow)
	cfg.Peers.Handle(methodTake, h.take)
	cfg.Peers.On(methodSeat, h.onSeat)
	cfg.Peers.On(methodLeave, h.onLeave)
	cfg.Peers.On(methodConfigure, h.onConfigure)
	cfg.Peers.On(methodStop, h.onStop)
	return h, nil
}

// Run saves the matches here and takes over those of nodes that died, until ctx ends; it returns ctx's error after all goroutines have ended. Matches
// that run then are abandoned, and go on elsewhere when their leases have ended: who wants no such gap calls [Host.Drain] before, and [Host.Stop] if there is no
// other node.
func (h *Host) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { h.saveAll(ctx) })
	loops.Go(func() { h.scanAll(ctx) })
	loops.Wait()
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.stop()
	h.goroutines.Wait()
	return ctx.Err()
}

// begin runs f by a goroutine that Run waits for, unless the host is closed.
func (h *Host) begin(f func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.goroutines.Go(f)
	return true
}

// all are the matches here.
func (h *Host) all() []*running {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*running, 0, len(h.running))
	for _, r := range h.running {
		all = append(all, r)
	}
	return all
}

// find is a match here, or nil.
func (h *Host) find(id string) *running {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.running[id]
}

// Load is how many matches run here or are about to: roster.Config.Load wants to know.
func (h *Host) Load() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.coming)
	for _, r := range h.running {
		if !r.over.Load() {
			n++
		}
	}
	return n
}

// Stop ends all matches that run here, as [match.Match.Stop] does.
func (h *Host) Stop(reason string) {
	for _, r := range h.all() {
		r.match.Stop(reason)
	}
}

// Restored is told of leases that the store had lost (cluster.KeeperConfig.Restored), of any kind: what belongs to a match here is put again. It does not block.
func (h *Host) Restored(lease cluster.Lease) {
	if lease.Kind != cluster.KindMatch {
		return
	}
	if r := h.find(lease.ID); r != nil {
		r.putAgain.Store(true)
		h.cfg.Counters.Restored.Add(1)
	}
}

// come says that a match is about to run here, unless it is here or about to be already, or the host may not take it. The caller calls arrived or came to nothing.
func (h *Host) come(id string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed || h.draining:
		return errDraining
	case h.coming[id] || h.running[id] != nil:
		return errHere
	}
	h.coming[id] = true
	return nil
}

func (h *Host) cameToNothing(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.coming, id)
}

var (
	errDraining = errors.New("matches: the node takes no more matches")
	errHere     = errors.New("matches: the match is here already")
)

// forget removes a match that is here no more, and remembers where it went, if that is known.
func (h *Host) forget(r *running, to *MovedError) {
	h.mu.Lock()
	if h.running[r.id] == r {
		delete(h.running, r.id)
	}
	if to != nil {
		h.moved[r.id] = gone{to, time.Now().Add(h.cfg.ResultFor)}
	}
	h.mu.Unlock()
	h.cfg.Left(r.id)
}

// prune forgets what has been remembered long enough.
func (h *Host) prune(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, g := range h.moved {
		if now.After(g.until) {
			delete(h.moved, id)
		}
	}
	for id, r := range h.results {
		if now.After(r.until) {
			delete(h.results, id)
		}
	}
}

// ErrUnknown: the match does not run here, and nobody here knows where it does. cluster.Engine.Match may.
var ErrUnknown = errors.New("matches: the match is not here")

// MovedError says that a match was here and runs elsewhere.
type MovedError struct {
	Node    string // that runs it
	Address string // where clients reach that
	Epoch   uint32 // of the match there, at least
}

// Error names the node.
func (e *MovedError) Error() string { return fmt.Sprintf("matches: the match runs on %s", e.Node) }

// Place says which node runs it, at what address clients reach that, and under what epoch at least.
func (e *MovedError) Place() (node, address string, epoch uint32) { return e.Node, e.Address, e.Epoch }

// Attach finds the seat that a player whom a lobby has seated is to be given a connection to: the one of that number, or of a spectator (seat 0) that user's. The
// caller gives it its connection ([match.Seat.Attach]). Errors: [ErrUnknown]; a [*MovedError]; match.ErrOver, whose result the lobby gets; match.ErrNoSeat, also when the
// lobby's word that the user sits there has not come yet: it comes within a moment, so ask again.
func (h *Host) Attach(matchID string, seat match.SeatID, user string) (*match.Seat, error) {
	h.mu.Lock()
	r, went := h.running[matchID], h.moved[matchID]
	h.mu.Unlock()
	switch {
	case r == nil && went.err != nil:
		return nil, went.err
	case r == nil || r.moving.Load() || !r.held.Valid():
		return nil, ErrUnknown
	case r.over.Load():
		return nil, match.ErrOver
	}
	if s := r.seat(seat, user); s != nil {
		return s, nil
	}
	return nil, match.ErrNoSeat
}
