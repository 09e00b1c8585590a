package matches

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/tick"
)

// running is a match that runs here, or is over and whose lobby has not been told yet.
type running struct {
	// Static once it runs.
	id       string
	host     *Host
	held     *cluster.Held
	match    *match.Match
	log      *tickLog
	captures chan match.Capture // room for one: whoever asks waits for it before asking again
	logger   *slog.Logger
	after    uint32        // the tick that it goes on after, of a match that was elsewhere before
	told     chan struct{} // has a token once a lobby has got the result

	// Their own guards.
	over     atomic.Bool  // the match has ended
	fenced   atomic.Bool  // the store has said that another node has it
	moving   atomic.Bool  // it is handed over: nothing is saved any more but by who does that
	unkept   atomic.Bool  // the game's state cannot be kept, as far as is known
	once     sync.Once    // it was abandoned
	putAgain atomic.Bool  // the entry is to be put, and a checkpoint saved, at once
	savedAt  atomic.Int64 // Unix ns of the last checkpoint that was saved, or of the arrival here

	// Owned by the goroutine that saves.
	saving saving

	// Guarded by mu: what lobbies said.
	mu       sync.Mutex
	entry    cluster.Match
	data     entryData // of the entry
	rev      int64     // of the newest change that was made
	asked    time.Time // when a lobby last showed that it knows of the match
	settings match.Settings
	watchers map[string]*match.Seat // by user
}

// arrive makes the running of a match whose lease is held, of an entry without owner, epoch, node and address. makes returns the match of a config.
func (h *Host) arrive(held *cluster.Held, entry cluster.Match, data entryData, makes func(match.Config) (*match.Match, error)) (*running, error) {
	lease := held.Lease()
	kind, ok := h.kinds[data.Kind]
	if !ok {
		return nil, fmt.Errorf("matches: there is no game %q here", data.Kind)
	}
	self := h.cfg.Roster.Self()
	entry.ID, entry.Owner, entry.Epoch, entry.Node, entry.Address = lease.ID, lease.Owner, lease.Epoch, self.ID, self.Address
	entry.Data, entry.Failed, entry.FailedSince = protocol.MustEncode(&data), nil, 0
	now := time.Now()
	r := &running{
		id: lease.ID, host: h, held: held, captures: make(chan match.Capture, 1), told: make(chan struct{}, 1),
		logger: h.cfg.Logger.With("match", lease.ID, "lobby", entry.Lobby, "epoch", lease.Epoch),
		log:    &tickLog{next: h.cfg.Record(lease.ID, entry.Lobby)},
		entry:  entry, data: data, asked: now, watchers: map[string]*match.Seat{},
		saving: saving{linked: now, next: now.Add(rand.N(h.cfg.CheckpointEvery + 1)), put: now.Add(entryEvery/2 + rand.N(entryEvery/2))},
	}
	r.savedAt.Store(now.UnixNano())
	cfg := h.cfg.Match
	cfg.Kind, cfg.ID, cfg.Epoch, cfg.MaxSpectators = kind, lease.ID, lease.Epoch, data.MaxSpectators
	cfg.Phase = tick.Phase(h.phase.Add(1), cfg.TickRate)
	cfg.Gate, cfg.Record, cfg.Logger = held.Valid, r.log, r.logger
	var err error
	if r.match, err = guarded(makes, cfg); err != nil {
		return nil, err
	}
	return r, nil
}

// guarded keeps a game that panics while it is being made from taking the node with it.
func guarded(makes func(match.Config) (*match.Match, error), cfg match.Config) (m *match.Match, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("matches: making a match panicked: %v\n%s", v, debug.Stack())
		}
	}()
	return makes(cfg)
}

// run begins a match. It fails when the host is closed, and then the match's lease is left to end.
func (h *Host) run(r *running) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.coming, r.id)
	if h.closed {
		h.cfg.Keeper.Drop(r.held)
		h.goroutines.Go(func() { // New wants it run
			ctx, stop := context.WithCancel(context.Background())
			stop()
			r.match.Abandon(0)
			_ = r.match.Run(ctx)
		})
		return errDraining
	}
	delete(h.moved, r.id)
	h.running[r.id] = r
	h.goroutines.Go(r.watch)
	return nil
}

// watch runs the match and sees to it that it ends when it is no longer this node's.
func (r *running) watch() {
	h := r.host
	ended := make(chan error, 1)
	go func() { ended <- r.match.Run(context.Background()) }()
	var err error
	select {
	case err = <-ended:
	case <-r.held.Lost():
		r.match.Abandon(h.cfg.Close)
		err = <-ended
	case <-h.ctx.Done():
		r.match.Abandon(h.cfg.Close)
		err = <-ended
	}
	switch {
	case r.moving.Load() && errors.Is(err, match.ErrElsewhere):
		// Who moves it does the rest.
	case errors.Is(err, match.ErrElsewhere):
		r.abandoned()
	default:
		r.conclude(err)
	}
}

// abandoned forgets a match that is somebody else's, or will be.
func (r *running) abandoned() { r.once.Do(r.letGo) }

func (r *running) letGo() {
	h := r.host
	select {
	case <-r.held.Lost():
		r.fenced.Store(true)
	default:
		h.cfg.Keeper.Drop(r.held)
	}
	if r.fenced.Load() {
		h.cfg.Counters.Fenced.Add(1)
		r.logger.Warn("match given up: another node has it")
	}
	h.forget(r, nil)
}

// conclude tells the lobby how the match ended, and lets go of it once the lobby knows. If this node dies before that, another one finds out by playing
// the last ticks again.
func (r *running) conclude(err error) {
	h := r.host
	r.over.Store(true)
	res := r.match.Result()
	r.logger.Info("match over", "reason", res.Reason, "err", err)
	deadline := time.Now().Add(h.cfg.ResultFor)
	for wait := 50 * time.Millisecond; time.Now().Before(deadline) && !r.tell(res); wait = min(2*wait, time.Second) {
		select {
		case <-r.told:
			deadline = time.Now()
		case <-time.After(wait):
		case <-r.held.Lost():
			r.abandoned()
			return
		case <-h.ctx.Done():
			r.abandoned()
			return
		}
	}
	h.mu.Lock()
	h.results[r.id] = result{res, time.Now().Add(h.cfg.ResultFor)}
	h.mu.Unlock()
	_ = h.releaseSurely(r.held)
	h.forget(r, nil)
}

// releaseSurely gives a lease back, with what was put with it; while the store is away it asks again. Errors: cluster.ErrFenced, and the host's end.
func (h *Host) releaseSurely(held *cluster.Held) error {
	for {
		err := h.cfg.Keeper.Release(h.ctx, held)
		if err == nil || errors.Is(err, cluster.ErrFenced) {
			return err
		}
		sleep(h.ctx, 200*time.Millisecond)
		if h.ctx.Err() != nil {
			return h.ctx.Err()
		}
	}
}

// tell tells the lobby how the match ended, and reports whether it knows now.
func (r *running) tell(res match.Result) bool {
	r.mu.Lock()
	to := r.data.LobbyNode
	r.mu.Unlock()
	return r.host.tell(to, &overMessage{Match: r.id, Epoch: r.held.Lease().Epoch, Reason: res.Reason, Data: res.Data})
}

// tell tells a lobby's node that its match is over, and reports whether it knows now.
func (h *Host) tell(lobbyNode string, over *overMessage) bool {
	if lobbyNode == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(h.ctx, callTimeout)
	defer cancel()
	_, err := h.cfg.Peers.Call(ctx, lobbyNode, methodOver, protocol.MustEncode(over))
	return err == nil
}

// callTimeout is how long a node may take to answer.
const callTimeout = 500 * time.Millisecond

// sleep waits, at most until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// seat is who sits in a seat, if it is the user; seat 0: who watches.
func (r *running) seat(id match.SeatID, user string) *match.Seat {
	if id == 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.watchers[user]
	}
	if s := r.match.Seat(id); s != nil && s.User() == user {
		return s
	}
	return nil
}

// outbox is where the events of a seat go.
func (h *Host) outbox(id string, seat match.SeatID, user string) match.Outbox {
	if out := h.cfg.Outbox(id, seat, user); out != nil {
		return out
	}
	return nowhere{}
}

type nowhere struct{}

func (nowhere) Emit(string, string, []byte, uint32) {}
