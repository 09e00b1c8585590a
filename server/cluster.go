package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/cluster/outage"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/tick"
)

// Cluster makes a server one of several nodes of a service. What is made here is made before the server, and ended after it.
type Cluster struct {
	Node   string         // this node's id; required
	Engine cluster.Engine // says where matches run; required
	// Address says where other nodes reach one, as "ws://host:port": roster.Roster.Address. Required.
	Address func(ctx context.Context, node string) (string, error)
	// Public is where clients reach a node, likewise; "": they do not, and this node relays for it. Default: they reach no node but that of their session.
	Public func(ctx context.Context, node string) (string, error)
	Secret []byte // of the service, with which seat tickets are signed; ticket.MinSecret bytes at least; required

	Host     Host      // of the matches on this node; nil: it runs none for others
	Outboxes *Outboxes // whose Of the host was given; required with Host

	Counters *match.Counters // of the host's matches; default: new ones
	Ticks    *tick.Stats     // likewise

	// NewMatch makes the matches of this node's lobbies, wherever they are to run: lobby.Config.NewMatch. Its seats are followed from node to node, but for those
	// that are a *match.Seat. Default: matches run here, and nobody but their lobbies knows of them.
	NewMatch func(lobby.MatchRequest) (lobby.Match, error)

	// TicketsOnly lets nobody in who has no seat ticket: the node runs matches and has no lobbies. Auth and Guests are not asked then. It needs a Host.
	TicketsOnly bool

	// What follows makes lobbies, presence and channels those of all nodes, and lets sessions go on at any of them; all or none of it is given, but for
	// the mesh, which every node has.
	Mesh   Mesh           // a peer.Mesh, which is served at [PathCluster]
	Apart  bool           // the mesh is served by [Server.InnerHandler] alone, which Address leads to
	Roster *roster.Roster // open by the time that the server runs
	Keeper *cluster.Keeper
	// ResumeMatch finds the match of a lobby that comes from another node: shared.Config.ResumeMatch.
	ResumeMatch func(ctx context.Context, r shared.ResumeRequest) (lobby.Match, error)

	// Around, if set, is what [Server.Run] runs in: it begins what this node needs before run and ends it after, and returns what run does, or why it could not begin.
	// Until it calls run, /readyz says that the node is not ready.
	Around func(ctx context.Context, run func(ctx context.Context) error) error
	// Drain, if set, hands matches over to other nodes when the server is told to end, or an administrator wants it, until ctx ends. It returns when none is left,
	// or why some are. It may be called again.
	Drain func(ctx context.Context) error

	// What is counted by what was made before the server, for metrics; nil: it is not shown.
	MeshCounters  *peer.Counters
	MatchCounters *matches.Counters // of the host and of who has matches made for the lobbies here
	StoreCounters *cluster.Counters // of Engine
	Outages       *outage.Counters  // of times without it
	// Oversee lists the matches of Host: matches.Host.Oversee. Default: administrators see none.
	Oversee func() []matches.Overseen

	// NetDial opens connections to other nodes. Default: TCP.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Mesh is what a server needs of a peer.Mesh.
type Mesh interface {
	http.Handler
	Node() string
	Handle(method string, h peer.Handler)
	On(method string, f func(from string, payload []byte))
	OnLost(f func(node string))
	OnConnect(f func(node string))
	Call(ctx context.Context, node, method string, payload []byte) ([]byte, error)
	Cast(node, method string, payload []byte) error
}

// PathCluster is where nodes reach each other.
const PathCluster = "/cluster"

// Host finds the seats of the matches that run on this node, for players whose sessions are here and on other nodes.
type Host interface {
	// Attach finds who sits where; a spectator, whose seat is 0, by user. It does not block. The error is one with the method of
	// [Elsewhere] if the match is known to run on another node; any other says that nothing is known of it here.
	Attach(matchID string, seat match.SeatID, user string) (*match.Seat, error)
}

// Elsewhere is what an error of [Host.Attach] is, or wraps, that knows where the match has gone.
type Elsewhere interface {
	error
	// Place says which node runs it, at what address clients reach that, and under what epoch.
	Place() (node, address string, epoch uint32)
}

// shared says whether lobbies, presence and channels are those of all nodes.
func (c *Cluster) shared() bool { return c != nil && c.Keeper != nil }

// capacity is how many matches run here at most; 0: nobody has said.
func (c *Cluster) capacity() int {
	if c == nil || c.Roster == nil {
		return 0
	}
	return c.Roster.Self().Capacity
}

func (c *Cluster) check() error {
	switch {
	case c.Node == "" || c.Engine == nil || c.Address == nil:
		return errors.New("server: cluster without a node id, an engine or addresses")
	case len(c.Secret) < ticket.MinSecret:
		return fmt.Errorf("server: cluster with a secret of %d bytes: want %d at least", len(c.Secret), ticket.MinSecret)
	case (c.Host == nil) != (c.Outboxes == nil):
		return errors.New("server: cluster with one of Host and Outboxes: want both, or none")
	case c.TicketsOnly && c.Host == nil:
		return errors.New("server: cluster that takes nothing but seat tickets, and has no Host of matches to sit in")
	case c.Keeper != nil && (c.Mesh == nil || c.Roster == nil):
		return errors.New("server: cluster with a keeper, and without a mesh or a roster")
	}
	return nil
}

// dropCount counts what was dropped for one reason.
type dropCount struct{ n atomic.Uint64 }

func (c *dropCount) add(n int)    { c.n.Add(uint64(n)) }
func (c *dropCount) load() uint64 { return c.n.Load() }
