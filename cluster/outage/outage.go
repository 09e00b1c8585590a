// Package outage lets what runs on a node go on while the store is away.
//
// A lease ends by itself, so that another node can take over from one that died. When nobody can reach the store, nobody can take over, and there is no reason for
// anything to stand still. But a node that has lost the store cannot know by itself whether the others have, too, or whether it is the one that is cut off. So it
// asks them: a [Watch] of a node that is out of touch with the store asks every other node that it knows whether that is so there as well. When all
// answer that it is, its leases are good for a moment more ([cluster.Keeper.Bridge]), and it asks again. When one answers that it is not, or does not
// answer, the leases end as ever: somebody may take over.
//
// Why that is safe: a node that is out of touch can take over two TTLs after it is in touch again, at the earliest, and the moment for which an answer is good is far
// shorter. A node that nobody knew of can be in nobody's way sooner either: it has to be steady for two TTLs first, and by then those who are in touch
// with the store have entered their leases again, and those who are not have heard of it, or stand still. The one case in which they could not hear
// of it is a new node that reaches the store while all others do not, for two TTLs; nodes are to be started when the store is there.
package outage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/peer"
)

// Peers is what a [Watch] needs of a [peer.Mesh].
type Peers interface {
	Node() string
	Handle(method string, h peer.Handler)
	Call(ctx context.Context, node, method string, payload []byte) ([]byte, error)
}

// Config is what a [Watch] is made from. Zero values are the stated defaults.
type Config struct {
	Keeper *cluster.Keeper
	Peers  Peers                 // not in use yet
	Nodes  func() []cluster.Node // all nodes that are known, this one too: those that were there when the store was reached last
	Every  time.Duration         // between two questions; default an eighth of the keeper's TTL

	// CutOff, if set, is told by the goroutine in Run when this node alone has lost the store: one that has lobbies has said four times in a row that it has not, by when this
	// one's leases have ended.
	// Again, with false, when that is over. It does not wait.
	CutOff func(cut bool)

	Logger   *slog.Logger // default: discard
	Counters *Counters    // default: its own
}

// Counters are a watch's figures. All may be read at any time.
type Counters struct {
	Outages atomic.Uint64 // times that the store was away for everybody, and this node went on
	Bridged atomic.Uint64 // times that leases were prolonged
	Refused atomic.Uint64 // times that they were not: another node reaches the store, or did not answer
	Open    atomic.Int64  // 1 while this node goes on without the store
}

// Watch asks other nodes while the store is away. Make it with [New] before its peers are used, and let one goroutine [Watch.Run] it.
type Watch struct {
	cfg Config

	// Of the goroutine in Run.
	met  bool // this node was in touch with the store once
	away bool // it goes on without the store
	lone int  // rounds in a row in which another node said that it is in touch, while this one is not
}

// methodTouch is what nodes ask each other; the answer is one byte.
const methodTouch = "store/touch"

const (
	inTouch    = 1
	outOfTouch = 2
)

// goodFor is for how many intervals an answer is good: so long that one slow round does not end what goes on.
const goodFor = 3

// New makes a watch and says to its peers what it answers. It starts nothing.
func New(cfg Config) (*Watch, error) {
	if cfg.Keeper == nil || cfg.Peers == nil || cfg.Nodes == nil {
		return nil, errors.New("outage: no keeper, peers or nodes")
	}
	cfg.Every = cmp.Or(cfg.Every, cfg.Keeper.TTL()/8)
	if cfg.Every <= 0 || goodFor*cfg.Every > cfg.Keeper.TTL() {
		return nil, fmt.Errorf("outage: a question every %v: want an answer to be good for less than %v", cfg.Every, cfg.Keeper.TTL())
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	w := &Watch{cfg: cfg}
	cfg.Peers.Handle(methodTouch, w.answer)
	return w, nil
}

func (w *Watch) answer(context.Context, string, []byte) ([]byte, error) {
	if w.cfg.Keeper.OutOfTouch() {
		return []byte{outOfTouch}, nil
	}
	return []byte{inTouch}, nil
}

// Run asks whenever this node is out of touch, until ctx ends, and returns ctx's error.
func (w *Watch) Run(ctx context.Context) error {
	ticker := time.NewTicker(w.cfg.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			w.look(ctx)
		}
	}
}

// look prolongs the leases if everybody is out of touch.
func (w *Watch) look(ctx context.Context) {
	if !w.cfg.Keeper.OutOfTouch() {
		w.met = true
		w.say(false)
		w.alone(false)
		return
	}
	if !w.met {
		return // it has just begun
	}
	all, touched := w.allAreAway(ctx)
	w.alone(touched)
	if !all {
		w.cfg.Counters.Refused.Add(1)
		w.say(false)
		return
	}
	w.cfg.Keeper.Bridge(goodFor * w.cfg.Every)
	w.cfg.Counters.Bridged.Add(1)
	w.say(true)
}

// say notes whether this node goes on without the store.
func (w *Watch) say(away bool) {
	if away == w.away {
		return
	}
	w.away = away
	if away {
		w.cfg.Counters.Outages.Add(1)
		w.cfg.Counters.Open.Store(1)
		w.cfg.Logger.Warn("the store is away, for other nodes too: what runs here goes on")
		return
	}
	w.cfg.Counters.Open.Store(0)
	w.cfg.Logger.Info("this node does not go on without the store any more")
}

// loneRounds is after how many rounds this node counts as cut off: nodes do not lose a store that is away for all at the very same moment.
const loneRounds = 4

// alone counts the rounds in which this node seems to be the only one without the store.
func (w *Watch) alone(touched bool) {
	was := w.lone >= loneRounds
	if w.lone++; !touched {
		w.lone = 0 // this node is back, nobody else has the store, or nobody is there to go to
	}
	if cut := w.lone >= loneRounds; cut != was && w.cfg.CutOff != nil {
		w.cfg.CutOff(cut)
	}
}

// allAreAway asks all other nodes at once, and reports whether each says that it is out of touch, and whether one that has lobbies says that it is
// not.
func (w *Watch) allAreAway(ctx context.Context) (all, touched bool) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Every)
	defer cancel()
	var asking sync.WaitGroup
	var others, said atomic.Bool // one of them is in touch, or does not say; and one says that it is
	for _, n := range w.cfg.Nodes() {
		if n.ID == w.cfg.Peers.Node() {
			continue
		}
		asking.Go(func() {
			answer, err := w.cfg.Peers.Call(ctx, n.ID, methodTouch, nil)
			if err != nil || len(answer) != 1 || answer[0] != outOfTouch {
				others.Store(true)
			}
			if n.Lobbies && err == nil && len(answer) == 1 && answer[0] == inTouch {
				said.Store(true)
			}
		})
	}
	asking.Wait()
	return !others.Load(), said.Load()
}
