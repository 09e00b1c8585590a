package shared

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
)

// owned is a lobby of this node: its lease, its entry and its members' whereabouts. It has a goroutine, in run, beside the lobby's own: that one waits for
// nobody, this one waits for the store.
type owned struct {
	d      *Directory
	id     string
	epoch  uint32
	opened int64     // Unix ms
	gather time.Time // until when members who are not known are taken back
	poke   chan struct{}
	ended  chan struct{} // closed when the lobby has ended
	given  chan struct{} // closed when another node has it

	// Guarded by mu.
	mu      sync.Mutex
	code    string
	held    *cluster.Held
	ready   bool // the lobby answers
	users   map[string]*proxy
	doors   map[door]*proxy
	dirty   bool // the entry is out of date
	jobs    []func()
	unkept  bool // the keeper has given the lease up: it is to be acquired again
	stopped bool
	joins   map[door]struct{} // under way
}

func (d *Directory) newOwned(id, code string, held *cluster.Held, opened time.Time) *owned {
	return &owned{
		d: d, id: id, code: code, epoch: held.Lease().Epoch, held: held, opened: opened.UnixMilli(),
		poke: make(chan struct{}, 1), ended: make(chan struct{}), given: make(chan struct{}),
		users: map[string]*proxy{}, doors: map[door]*proxy{}, joins: map[door]struct{}{},
	}
}

// begin enters a lobby of this node, and has its goroutine begin.
func (d *Directory) begin(o *owned) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.leaving || d.owned[o.id] != nil {
		return false
	}
	d.owned[o.id] = o
	d.cfg.Counters.Owned.Add(1)
	d.running.Go(o.run)
	return true
}

// forget is for a lobby that this node has no more.
func (d *Directory) forget(o *owned) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owned[o.id] == o {
		delete(d.owned, o.id)
		d.cfg.Counters.Owned.Add(-1)
	}
}

func (d *Directory) ownedLobby(id string) *owned {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.owned[id]
}

// serving is a lobby that this node has and answers for, for a caller that knows of an owner of an epoch.
func (d *Directory) serving(id string, epoch uint32) (*owned, error) {
	o := d.ownedLobby(id)
	if o == nil || epoch > o.epoch {
		return nil, errMoved
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.ready || o.stopped {
		return nil, errMoved
	}
	return o, nil
}

// gone says whether the lobby is here no more though it goes on.
func (o *owned) gone() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stopped
}

// valid says whether this node is sure to have the lobby.
func (o *owned) valid() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.unkept && o.held.Valid()
}

func (o *owned) lease() cluster.Lease {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.held.Lease()
}

// add is told of a new member, remove of one who is out.
func (o *owned) add(p *proxy) {
	at, _ := p.door()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.users[p.user] = p
	if at.node != "" {
		o.doors[at] = p
	}
}

func (o *owned) remove(p *proxy) {
	at, _ := p.door()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.users[p.user] == p {
		delete(o.users, p.user)
	}
	if o.doors[at] == p {
		delete(o.doors, at)
	}
}

// rebind says where a member's session is now.
func (o *owned) rebind(p *proxy, at door, name string) {
	was, _ := p.door()
	p.rebind(at, name)
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.doors, was)
	o.doors[at] = p
}

// beginJoin is false for a join that is under way already, until endJoin.
func (o *owned) beginJoin(at door) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, already := o.joins[at]
	o.joins[at] = struct{}{}
	return !already
}

func (o *owned) endJoin(at door) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.joins, at)
}

func (o *owned) byDoor(at door) *proxy {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.doors[at]
}

func (o *owned) byUser(user string) *proxy {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.users[user]
}

func (o *owned) members() []*proxy {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := make([]*proxy, 0, len(o.users))
	for _, p := range o.users {
		all = append(all, p)
	}
	return all
}

// do has the goroutine run something that may wait for the lobby, in order.
func (o *owned) do(job func()) {
	o.mu.Lock()
	o.jobs = append(o.jobs, job)
	o.mu.Unlock()
	o.wake()
}

// touch says that the entry is out of date. It does not wait.
func (o *owned) touch() {
	o.mu.Lock()
	o.dirty = true
	o.mu.Unlock()
	o.wake()
}

func (o *owned) wake() {
	select {
	case o.poke <- struct{}{}:
	default:
	}
}

// refreshEvery is how often an entry in which nothing changes is put again: the store forgets join codes after a day.
const refreshEvery = 6 * time.Hour

// retryEvery is how long after a failure the store is asked again.
const retryEvery = 250 * time.Millisecond

// run keeps the entry true until the lobby has ended, is another node's, or the directory closes.
func (o *owned) run() {
	defer o.d.forget(o)
	timer := time.NewTimer(0)
	defer timer.Stop()
	var putAt, putAgain time.Time
	for {
		o.mu.Lock()
		held, unkept, dirty, jobs := o.held, o.unkept, o.dirty, o.jobs
		o.jobs = nil
		o.mu.Unlock()
		for _, job := range jobs {
			job()
		}
		now := time.Now()
		next := o.watch(now)
		switch {
		case unkept:
			next = sooner(next, now.Add(retryEvery))
		case dirty && !now.Before(putAt):
			err := o.put(o.d.ctx)
			now = time.Now()
			putAt, putAgain = now.Add(o.d.cfg.PutEvery), now.Add(refreshEvery)
			if err != nil {
				putAt = now.Add(retryEvery)
			}
			if errors.Is(err, cluster.ErrFenced) {
				o.fenced()
				return
			}
			if err != nil {
				next = sooner(next, putAt)
			}
		case dirty:
			next = sooner(next, putAt)
		}
		if !putAgain.IsZero() {
			if !now.Before(putAgain) {
				o.touch()
			}
			next = sooner(next, putAgain)
		}
		wait := time.Hour
		if !next.IsZero() {
			wait = max(0, time.Until(next))
		}
		timer.Reset(wait)
		select {
		case <-held.Lost():
			o.fenced()
			return
		case <-o.given:
			return
		case <-o.ended:
			o.release(held)
			return
		case <-o.d.ctx.Done():
			return // left to end by itself
		case <-o.poke:
		case <-timer.C:
		}
		if unkept && !o.keep() {
			o.fenced()
			return
		}
	}
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// watch tells the lobby who is away and who has been out of reach for too long, and returns when to look again; zero: not by itself.
func (o *owned) watch(now time.Time) (next time.Time) {
	cfg := &o.d.cfg
	for _, p := range o.members() {
		if away, changed := p.wantsAway(now, cfg.AwayAfter); changed {
			o.ask(func(ctx context.Context) { _ = o.d.local.SetAway(ctx, p, away) })
		}
		_, lost := p.door()
		switch {
		case lost.IsZero():
		case now.Sub(lost) >= cfg.Grace:
			o.d.local.Forget(p, lobby.Expired)
		case now.Sub(lost) < cfg.AwayAfter:
			next = sooner(next, lost.Add(cfg.AwayAfter))
		default:
			next = sooner(next, lost.Add(cfg.Grace))
		}
	}
	return next
}

// ask asks the lobby something, which may be making a match and takes its time.
func (o *owned) ask(f func(ctx context.Context)) {
	ctx, cancel := context.WithTimeout(o.d.ctx, requestTimeout)
	defer cancel()
	f(ctx)
}

// put enters the lobby as it is now.
func (o *owned) put(ctx context.Context) error {
	o.mu.Lock()
	o.dirty = false
	o.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	saved, err := o.d.local.Export(ctx, o.id)
	if err != nil {
		return nil // it has ended, or is about to: there is nothing to say of it
	}
	return o.enter(ctx, saved)
}

// enter puts an entry. What could not be put is to be put again.
func (o *owned) enter(ctx context.Context, saved lobby.Saved) error {
	counters := o.d.cfg.Counters
	r := record{Opened: o.opened, Saved: saved}
	data, cut := r.fit()
	if cut {
		counters.Cut.Add(1)
	}
	entry := cluster.Lobby{
		Node: o.d.cfg.Node, Code: saved.Code, Private: saved.Private, Data: data,
		Capacity: min(saved.MaxPlayers+o.d.cfg.Lobby.MaxSpectators, cluster.MaxMembers),
	}
	err := o.d.cfg.Engine.PutLobby(ctx, o.lease(), entry, r.users())
	if errors.Is(err, cluster.ErrTaken) {
		// The store had lost the code, and another lobby has got it since.
		entry.Code = ""
		err = o.d.cfg.Engine.PutLobby(ctx, o.lease(), entry, r.users())
	}
	if err == nil {
		counters.Puts.Add(1)
		return nil
	}
	counters.PutFailures.Add(1)
	o.mu.Lock()
	o.dirty = true
	o.mu.Unlock()
	return err
}

// fenced ends this copy of a lobby that another node has.
func (o *owned) fenced() {
	o.d.cfg.Counters.Fenced.Add(1)
	o.d.cfg.Logger.Warn("another node has taken a lobby over", "lobby", o.id, "epoch", o.epoch)
	o.stop()
	for done := false; !done && o.d.ctx.Err() == nil; {
		o.ask(func(ctx context.Context) {
			err := o.d.local.Detach(ctx, o.id, nil)
			done = err == nil || isRefusal(err, protocol.CodeNotFound)
		})
	}
	o.d.forget(o)
	o.d.attach(o.id, true)
}

// stop has nothing more answered.
func (o *owned) stop() {
	o.mu.Lock()
	o.stopped = true
	o.mu.Unlock()
}

// release gives up the lease, and with it the entry, of a lobby that has ended.
func (o *owned) release(held *cluster.Held) {
	o.stop()
	for {
		err := o.d.cfg.Keeper.Release(context.WithoutCancel(o.d.ctx), held)
		if !errors.Is(err, cluster.ErrUnavailable) {
			return
		}
		select {
		case <-o.d.ctx.Done():
			return // another node will find nobody in it
		case <-time.After(retryEvery):
		}
	}
}

// keep has the keeper take a lease up again that could not be given away. It is false when another node has it.
func (o *owned) keep() bool {
	held, err := o.d.cfg.Keeper.Acquire(o.d.ctx, cluster.KindLobby, o.id, o.d.cfg.Owner)
	if errors.Is(err, cluster.ErrUnavailable) || o.d.ctx.Err() != nil {
		return true
	}
	if err != nil || held.Lease().Epoch != o.epoch {
		return false
	}
	o.mu.Lock()
	o.held, o.unkept = held, false
	o.mu.Unlock()
	return true
}

// The hooks of the node's own lobbies.

// claim is [lobby.Config.Claim].
func (d *Directory) claim(ctx context.Context, m lobby.Member, id, code string) error {
	p := m.(*proxy)
	o := d.ownedLobby(id)
	if o == nil {
		held, err := d.cfg.Keeper.Acquire(ctx, cluster.KindLobby, id, d.cfg.Owner)
		if err != nil {
			return d.unavailable(err)
		}
		o = d.newOwned(id, code, held, time.Now())
		p.mu.Lock()
		p.lobby, p.epoch = id, o.epoch
		p.mu.Unlock()
		if !d.begin(o) {
			return errDraining
		}
	}
	entry := cluster.Lobby{Node: d.cfg.Node, Code: code, Capacity: d.cfg.Lobby.MaxSpectators + 1, Private: true}
	err := d.cfg.Engine.PutLobby(ctx, o.lease(), entry, []string{p.user})
	if errors.Is(err, cluster.ErrTaken) {
		return lobby.ErrCodeTaken
	}
	if err != nil {
		return d.unavailable(err)
	}
	o.mu.Lock()
	o.code, o.ready = code, true
	o.mu.Unlock()
	return nil
}

// unavailable is how a member is told that the store failed.
func (d *Directory) unavailable(err error) error {
	if !errors.Is(err, cluster.ErrUnavailable) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		d.cfg.Logger.Error("the store refuses", "err", err)
	}
	return errUnavailable
}

// changed is [lobby.Config.Changed].
func (d *Directory) changed(id string) {
	if o := d.ownedLobby(id); o != nil {
		o.touch()
	}
}

// finished is [lobby.Config.Ended].
func (d *Directory) finished(id string) {
	if o := d.ownedLobby(id); o != nil {
		close(o.ended)
	}
}

// moved is [lobby.Config.Moved].
func (d *Directory) moved(m lobby.Member, id string) {
	p := m.(*proxy)
	if id != "" {
		if o := d.ownedLobby(id); o != nil {
			o.add(p)
		}
		return
	}
	p.mu.Lock()
	was := p.lobby
	p.mu.Unlock()
	if o := d.ownedLobby(was); o != nil {
		o.remove(p)
	}
	p.out()
}

// isRefusal says whether an error is a refusal with a code.
func isRefusal(err error, code string) bool {
	var refused *protocol.Error
	return errors.As(err, &refused) && refused.Code == code
}
