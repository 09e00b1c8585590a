package redis

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/internal/feed"
)

// watch follows the directory of lobbies: a picture of each shard, kept up to date by what is published, and read anew where that has a gap.
// Its fields belong to the goroutine in run, but for the queue.
type watch struct {
	engine *Engine
	out    *feed.Lobbies
	events *feed.Queue[event]
	shards [shards]picture
}

// picture is a shard as the reader of the feed knows it.
type picture struct {
	rev     string // "": unknown
	stale   bool   // to be read
	lobbies map[string]struct{}
	// keep is until when lobbies that are missing from what was read are kept: the store came back empty, and their owners are yet to put them
	// again. Zero: they are gone.
	keep time.Time
}

// event is something a station said of a shard.
type event struct {
	shard int
	text  string // "": messages come from now on, so that what is read now has no gap to them
}

// shardEar is the listener for one shard.
type shardEar struct {
	watch *watch
	shard int
}

func (r *shardEar) joined()           { r.watch.events.Push(event{shard: r.shard}) }
func (r *shardEar) heard(text string) { r.watch.events.Push(event{r.shard, text}) }
func (r *shardEar) lost()             {} // what comes is read when it is joined again

const (
	retryRead = 100 * time.Millisecond // after a shard could not be read
	keepLost  = 3 * time.Second        // lobbies that the store has lost; owners renew within a second or so
)

// WatchLobbies implements [cluster.Lobbies].
func (e *Engine) WatchLobbies(context.Context) (cluster.Feed[cluster.LobbyChanges], error) {
	w := &watch{engine: e, events: feed.NewQueue[event](e.queue, nil)}
	ctx, cancel := context.WithCancel(e.life)
	ended := make(chan struct{})
	ears := make([]*shardEar, shards)
	for i := range w.shards {
		w.shards[i] = picture{stale: true, lobbies: map[string]struct{}{}}
		ears[i] = &shardEar{w, i}
	}
	w.out = feed.NewLobbies(func() {
		for i, s := range e.shardsOf(cluster.KindLobby) {
			_, channel := s.changes()
			e.unlisten(channel, ears[i])
		}
		cancel()
		<-ended
		e.feeds.Remove(w.out)
	})
	// The goroutine is there before anybody may close the feed, which waits for it.
	if !e.running.start(func() {
		defer close(ended)
		w.run(ctx)
	}) {
		cancel()
		return nil, cluster.ErrClosed
	}
	if err := e.feeds.Add(w.out); err != nil {
		w.out.Close()
		return nil, err
	}
	for i, s := range e.shardsOf(cluster.KindLobby) {
		_, channel := s.changes()
		if err := e.listen(ctx, channel, ears[i]); err != nil {
			w.out.Close()
			return nil, err
		}
	}
	return w.out, nil
}

// run ends with ctx.
func (w *watch) run(ctx context.Context) {
	wait := time.Duration(0)
	lastLook := time.Now()
	for ctx.Err() == nil {
		w.take(ctx, wait)
		if time.Since(lastLook) >= w.engine.catchUp {
			lastLook = time.Now()
			for i := range w.shards {
				w.shards[i].stale = true
			}
		}
		kept := w.lookAgain()
		wait = w.engine.catchUp
		if err := w.read(ctx); err != nil || kept {
			wait = retryRead
		}
	}
}

// lookAgain has those pictures read whole whose missing lobbies have been kept for long enough, and says whether there are more.
func (w *watch) lookAgain() (kept bool) {
	for i := range w.shards {
		p := &w.shards[i]
		switch {
		case p.keep.IsZero():
		case time.Now().Before(p.keep):
			kept = true
		default:
			p.keep, p.rev, p.stale = time.Time{}, "", true
		}
	}
	return kept
}

// take waits for events that long, and applies all that are there.
func (w *watch) take(ctx context.Context, wait time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		ev, err := w.events.Next(ctx)
		switch {
		case errors.Is(err, cluster.ErrMissed):
			for i := range w.shards {
				w.shards[i].stale = true
			}
		case err != nil:
			return
		case ev.text == "":
			w.shards[ev.shard].stale = true
		default:
			w.apply(ev)
		}
		cancel() // what is there already is still returned
	}
}

// apply takes one change.
func (w *watch) apply(ev event) {
	p := &w.shards[ev.shard]
	change, err := decodePublished(ev.text)
	var put *cluster.Lobby
	var removed string
	if err == nil {
		put, removed, err = decodeLobbyChange(change)
	}
	if w.engine.wrong(err) != nil {
		p.stale = true
		return
	}
	known := parseRev(p.rev)
	switch {
	case p.rev == "" || change.number > known+1:
		p.stale = true
	case p.stale: // what will be read has it
	case change.number <= known: // it was in what was read
	case put == nil:
		p.rev = strconv.FormatUint(change.number, 10)
		delete(p.lobbies, removed)
		w.out.Remove(removed)
	default:
		p.rev = strconv.FormatUint(change.number, 10)
		p.lobbies[put.ID] = struct{}{}
		w.out.Put(*put)
	}
}

// read brings stale pictures up to date.
func (w *watch) read(ctx context.Context) error {
	known := map[int]string{}
	for i, p := range w.shards {
		if p.stale {
			known[i] = p.rev
		}
	}
	if len(known) == 0 {
		return nil
	}
	parts, err := w.engine.lobbyShards(ctx, known)
	if err != nil {
		return err
	}
	for _, part := range parts {
		p := &w.shards[part.n]
		p.stale = false
		if part.same {
			continue
		}
		if before, after := parseRev(p.rev), parseRev(part.rev); after < before {
			p.keep = time.Now().Add(keepLost)
		}
		p.rev = part.rev
		now := make(map[string]struct{}, len(part.lobbies))
		for _, lobby := range part.lobbies {
			now[lobby.ID] = struct{}{}
			w.out.Put(lobby)
		}
		for id := range p.lobbies {
			if _, still := now[id]; still {
				continue
			}
			if p.keep.IsZero() {
				w.out.Remove(id)
			} else {
				now[id] = struct{}{}
			}
		}
		p.lobbies = now
	}
	return nil
}

// parseRev reads a rev; what is unknown is 0.
func parseRev(text string) uint64 {
	rev, _ := strconv.ParseUint(text, 10, 64)
	return rev
}
