package shared

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
)

// Directory is the lobbies of all nodes, as one node serves them to its members. Make it with [New] and let one goroutine [Directory.Run] it; everything else may
// be called by any goroutine.
type Directory struct {
	// Static after construction.
	cfg   Config
	local *lobby.Directory
	board *lobby.Board
	ctx   context.Context // of all goroutines but those of local; ends with Run
	stop  context.CancelFunc

	running  sync.WaitGroup // goroutines of lobbies and visits, and what they start
	draining atomic.Bool
	drain    chan struct{} // has a token when draining has begun

	// Guarded by mu, which is taken after the lock of a guest or a proxy and never held across a call to anybody.
	mu      sync.Mutex
	leaving bool                    // Run is about to end: no lobby begins here
	over    bool                    // Run has ended
	lastRef ref                     // given to a stay
	handed  []handed                // stays that other nodes have taken or are about to, the oldest first
	owned   map[string]*owned       // lobbies of this node
	taking  map[string]struct{}     // lobbies that are being taken over, or taken in
	seen    map[string]time.Time    // lobbies whose leases have ended, and since when that is known
	guests  map[lobby.Member]*guest // of this node, until they are forgotten
	users   map[string]*guest       // those in a lobby, or about to be
	refs    map[ref]*guest          // by their newest stay
	visits  map[string]*visit       // lobbies they are in
	known   map[string]*known       // lobbies of all nodes, as the store says
	codes   map[string]string       // id by join code, likewise
	byUser  map[string]string       // id by member, likewise
}

var _ lobby.Member = (*proxy)(nil)

// New makes a directory, has the mesh lead to it, and starts nothing.
func New(cfg Config) (*Directory, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	d := &Directory{
		cfg: cfg, board: lobby.NewBoard(cfg.Lobby.Counters), drain: make(chan struct{}, 1),
		// Refs grow over restarts of the node: a stay of its last run is never taken for one of this.
		lastRef: ref(time.Now().UnixMicro()),
		owned:   map[string]*owned{}, taking: map[string]struct{}{}, seen: map[string]time.Time{}, guests: map[lobby.Member]*guest{},
		users: map[string]*guest{}, refs: map[ref]*guest{}, visits: map[string]*visit{}, known: map[string]*known{}, codes: map[string]string{},
		byUser: map[string]string{},
	}
	d.ctx, d.stop = context.WithCancel(context.Background())
	own := cfg.Lobby
	own.Claim, own.Changed, own.Ended, own.Moved = d.claim, d.changed, d.finished, d.moved
	if d.local, err = lobby.NewDirectory(own); err != nil {
		return nil, err
	}
	d.answer()
	return d, nil
}

// Run keeps this node's lobbies entered, takes over those of nodes that died, and tells watchers what changes, until ctx ends. Then it gives its lobbies to other
// nodes, closes those that nobody takes, waits for all its goroutines, and returns ctx's error. Members in lobbies of other nodes stay in them for the
// time of grace. It is called once.
func (d *Directory) Run(ctx context.Context) error {
	feed, err := d.cfg.Engine.WatchLobbies(ctx)
	if err != nil {
		d.stop()
		return err
	}
	localCtx, stopLocal := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLocal()
	local := make(chan struct{})
	go func() {
		defer close(local)
		_ = d.local.Run(localCtx) // returns localCtx's error
	}()
	d.running.Go(func() { d.follow(feed) })
	d.running.Go(d.takeOverLoop)
	list := time.NewTicker(d.listEvery())
	defer list.Stop()
	sure := time.NewTicker(d.cfg.AttachEvery)
	defer sure.Stop()
	for handing := false; ctx.Err() == nil; {
		select {
		case <-ctx.Done():
		case <-list.C:
			d.board.Flush()
		case <-sure.C:
			d.attachAll()
		case <-d.drain:
			if !handing {
				handing = true
				d.running.Go(d.handOver)
			}
		}
	}
	d.Drain()
	d.mu.Lock()
	d.leaving = true
	d.mu.Unlock()
	hands, cancel := context.WithTimeout(d.ctx, handTimeout)
	d.handAll(hands)
	cancel()
	stopLocal()
	<-local
	d.mu.Lock()
	d.over = true
	d.mu.Unlock()
	d.settleUp()
	d.stop()
	feed.Close()
	d.running.Wait()
	return ctx.Err()
}

// releaseTimeout bounds how long the end of this node's lobbies may take to be told to the store.
const releaseTimeout = time.Second

// settleUp waits until the leases of lobbies that have ended are released.
func (d *Directory) settleUp() {
	deadline := time.Now().Add(releaseTimeout)
	for time.Now().Before(deadline) {
		d.mu.Lock()
		left := len(d.owned)
		d.mu.Unlock()
		if left == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

const defaultListEvery = 250 * time.Millisecond

func (d *Directory) listEvery() time.Duration {
	if d.cfg.Lobby.ListEvery > 0 {
		return d.cfg.Lobby.ListEvery
	}
	return defaultListEvery
}

// Drain makes lobbies and matches that are yet to start be refused here with "unavailable", and has Run give this node's lobbies to others, with all that is in
// them. Members stay where they are. There is no way back.
func (d *Directory) Drain() {
	d.draining.Store(true)
	select {
	case d.drain <- struct{}{}:
	default:
	}
}

// Restored is for [cluster.KeeperConfig.Restored]: the store had lost a lease, and with it perhaps a lobby's entry. It does not wait.
func (d *Directory) Restored(l cluster.Lease) {
	if l.Kind == cluster.KindLobby {
		d.changed(l.ID)
	}
}

// Games lists the games on offer here. It is not to be changed.
func (d *Directory) Games() []lobby.Game { return d.local.Games() }

// List is [lobby.Directory.List], of all nodes.
func (d *Directory) List() lobby.List { return d.board.List() }

// Watch is [lobby.Directory.Watch], of the lobbies of all nodes.
func (d *Directory) Watch(m lobby.Member) lobby.List { return d.board.Watch(m) }

// Unwatch is [lobby.Directory.Unwatch].
func (d *Directory) Unwatch(m lobby.Member) { d.board.Unwatch(m) }

// Oversee is [lobby.Directory.Oversee], of all nodes.
func (d *Directory) Oversee() []lobby.Overseen { return d.board.All() }

// Of tells which lobby a user is in, on any node.
func (d *Directory) Of(user string) (id string, in bool) {
	d.mu.Lock()
	g := d.users[user]
	id = d.byUser[user]
	d.mu.Unlock()
	if g == nil {
		return id, id != ""
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lobby, g.in
}

// follow takes in what the store says of lobbies.
func (d *Directory) follow(feed cluster.Feed[cluster.LobbyChanges]) {
	for {
		changes, err := feed.Next(d.ctx)
		switch {
		case errors.Is(err, cluster.ErrClosed), d.ctx.Err() != nil:
			return
		case err != nil:
			continue // told again
		}
		for _, entry := range changes.Put {
			d.put(entry)
		}
		for _, id := range changes.Removed {
			d.removed(id)
		}
	}
}
