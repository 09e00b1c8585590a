package matches

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// PlacerConfig is what a [Placer] is made from. Zero values are the stated defaults.
type PlacerConfig struct {
	Engine cluster.Engine
	Peers  Peers // not used yet
	Roster *roster.Roster

	FollowEvery time.Duration // between two looks of a lobby after its match when nothing seems wrong; default 10 s
	LostAfter   time.Duration // a match that nobody has for so long, as the store says, is lost; default 15 s

	Logger   *slog.Logger // default: discard
	Counters *Counters    // may be the host's; default: its own
}

// Placer has matches made for a node's lobbies. Make it with [NewPlacer] before its peers are used. Its methods may be called by any goroutine; it starts none.
type Placer struct {
	cfg PlacerConfig

	mu     sync.Mutex
	placed map[string]*Placed // by match
}

// NewPlacer makes a placer and says to its peers what it answers.
func NewPlacer(cfg PlacerConfig) (*Placer, error) {
	if cfg.FollowEvery == 0 {
		cfg.FollowEvery = 10 * time.Second
	}
	if cfg.LostAfter == 0 {
		cfg.LostAfter = 15 * time.Second
	}
	if cfg.Engine == nil || cfg.Peers == nil || cfg.Roster == nil {
		return nil, errors.New("matches: a placer needs an engine, peers and a roster")
	}
	if cfg.FollowEvery < 0 || cfg.LostAfter < 0 {
		return nil, fmt.Errorf("matches: FollowEvery %v, LostAfter %v: want 0 or more", cfg.FollowEvery, cfg.LostAfter)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	p := &Placer{cfg: cfg, placed: map[string]*Placed{}}
	cfg.Peers.Handle(methodOver, p.onOver)
	cfg.Peers.On(methodMoved, p.onMoved)
	cfg.Peers.OnLost(p.askAgain)
	cfg.Peers.OnConnect(p.askAgain)
	return p, nil
}

// Spec is what a lobby wants of a match.
type Spec struct {
	Lobby         string
	Round         int            // of the lobby, for logs
	Kind          string         // match.Kind.Name
	Settings      match.Settings // complete
	MaxPlayers    int            // 1 to match.MaxSeats
	MaxSpectators int            // 0 or more; a host takes 0 for its default, and none are let in here
	Region        string         // of the node; "": any
	Version       string         // likewise
	After         uint32         // epoch of the lobby's match before it, 0: none. That of this one is higher.
}

// ErrNoNode: no node could be found to run the match.
var ErrNoNode = errors.New("matches: no node takes the match")

// tries is on how many nodes it is tried to have a match made.
const tries = 3

// NewMatch has a match made on the node with room. It begins at once, without anybody in it. Who calls must [Placed.Run] it. It takes tries times
// half a second at most. Errors: roster.ErrNoRoom, [ErrNoNode] with what nodes said, ctx's.
func (p *Placer) NewMatch(ctx context.Context, spec Spec) (*Placed, error) {
	if spec.MaxPlayers < 1 || spec.MaxPlayers > match.MaxSeats || spec.MaxSpectators < 0 {
		return nil, fmt.Errorf("matches: %d players and %d spectators: want 1 to %d and 0 or more", spec.MaxPlayers, spec.MaxSpectators, match.MaxSeats)
	}
	q := createRequest{
		Match: "m-" + uuid.NewString(), Term: newTerm(), Lobby: spec.Lobby, Kind: spec.Kind, Settings: spec.Settings,
		MaxPlayers: spec.MaxPlayers, MaxSpectators: spec.MaxSpectators, After: spec.After,
	}
	payload, err := protocol.Encode(&q)
	if err != nil {
		return nil, err
	}
	node, epoch, err := p.place(ctx, spec, q.Match, payload)
	if err != nil {
		p.cfg.Counters.PlacesFailed.Add(1)
		return nil, err
	}
	placed := newPlaced(p, q.Match, q.Term, node, epoch, spec.Lobby, spec.MaxPlayers, spec.MaxSpectators)
	p.cfg.Counters.Placed.Add(1)
	p.cfg.Logger.Info("match placed", "match", q.Match, "lobby", spec.Lobby, "round", spec.Round, "peer", node, "epoch", epoch)
	return placed, nil
}

// place tries nodes until one has the match. A node that did not answer in time may have it all the same, and then no other can.
func (p *Placer) place(ctx context.Context, spec Spec, id string, payload []byte) (node string, epoch uint32, err error) {
	want := roster.Want{Region: spec.Region, Version: spec.Version}
	var said []error
	for range tries {
		n, err := p.cfg.Roster.Pick(want)
		if err != nil {
			said = append(said, err)
			break
		}
		epoch, err := p.create(ctx, n.ID, payload)
		if err == nil {
			return n.ID, epoch, nil
		}
		if ctx.Err() != nil {
			return "", 0, ctx.Err()
		}
		said = append(said, fmt.Errorf("%s: %w", n.ID, err))
		if refused := (*protocol.Error)(nil); !errors.As(err, &refused) || refused.Code == protocol.CodeAlready {
			if m, err := p.cfg.Engine.Match(ctx, id); err == nil {
				return m.Node, m.Epoch, nil
			}
		}
		want.Without = append(want.Without, n.ID)
	}
	return "", 0, fmt.Errorf("%w: %w", ErrNoNode, errors.Join(said...))
}

func (p *Placer) create(ctx context.Context, node string, payload []byte) (epoch uint32, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := p.cfg.Peers.Call(ctx, node, methodCreate, payload)
	if err != nil {
		return 0, err
	}
	var a createAnswer
	err = decode(answer, &a)
	return a.Epoch, err
}

// Adopt is for a lobby that was restored on this node, whose match runs on: it asks who has the match and who sits in it ([Placed.Seats]). The Placed that
// the lobby had elsewhere is void. Errors: [ErrLost], cluster.ErrUnavailable, ctx's.
func (p *Placer) Adopt(ctx context.Context, matchID string) (*Placed, error) {
	placed := newPlaced(p, matchID, newTerm(), "", 0, "", 0, 0)
	placed.adopt = true
	if err := placed.follow(ctx); err != nil {
		placed.close()
		return nil, err
	}
	return placed, nil
}

// newTerm grows with every Placed, on any node whose clock is about right.
func newTerm() int64 { return time.Now().UnixMilli() }

func (p *Placer) find(id string) *Placed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.placed[id]
}

// onOver answers match/over. A lobby that is not here (any more) needs no result.
func (p *Placer) onOver(_ context.Context, _ string, payload []byte) ([]byte, error) {
	var m overMessage
	if err := decode(payload, &m); err != nil {
		return nil, refuse(protocol.CodeBadPayload, "%v", err)
	}
	placed := p.find(m.Match)
	if placed == nil {
		return nil, refuse(protocol.CodeNotFound, "no lobby here has the match")
	}
	placed.end(m.Epoch, match.Result{Reason: m.Reason, Data: m.Data}, m.Lost)
	return nil, nil
}

func (p *Placer) onMoved(_ string, payload []byte) {
	var m movedMessage
	if err := decode(payload, &m); err != nil {
		p.cfg.Counters.Drops[DropMalformed].Add(1)
		return
	}
	if placed := p.find(m.Match); placed != nil {
		placed.moved(m.Node, m.Epoch)
	}
}

// askAgain has those looked after whose node may be gone, or has not heard what they told, or has told what was lost.
func (p *Placer) askAgain(node string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, placed := range p.placed {
		if at, _ := placed.where(); at == node {
			placed.look()
		}
	}
}
