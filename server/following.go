package server

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/cluster/ticket"
)

// following is what all players of this node need whose matches run wherever they run.
type following struct {
	node     string
	host     Host // nil: no matches here
	outboxes *Outboxes
	places   *places
	address  func(ctx context.Context, node string) (string, error)
	public   func(ctx context.Context, node string) (string, error) // nil: clients reach no node but this
	issuer   *ticket.Issuer
	withdraw func(token string, seq uint32) (frames [][]byte, ok bool) // ends a ticket's session on this node, and returns the frames of its events after one
	netDial  func(ctx context.Context, network, addr string) (net.Conn, error)
	log      *slog.Logger
	relayed  relay.Counters
	counters followCounters
	running  sync.WaitGroup // of follows, and of what asks for places
}

// followCounters count where players' seats were found.
type followCounters struct {
	here       atomic.Int64  // players whose match is on this node, now
	moves      atomic.Uint64 // of a match from one place to another, as seen by one player
	takenOver  atomic.Uint64 // events that were told again on this node, and not passed on
	dropped    atomic.Uint64 // match frames of players whose match was nowhere
	leftBehind atomic.Uint64 // relays' sessions that did not go along with their players: what events they held went to nobody
	offered    atomic.Uint64 // times that a client was told where it reaches its match by itself
	admitted   atomic.Uint64 // tickets that clients were given for that
	fetched    atomic.Uint64 // times that a client came back to the relay, because its own connection was lost
}

func newFollowing(c *Cluster, log *slog.Logger) (*following, error) {
	issuer, err := ticket.NewIssuer(ticket.IssuerConfig{Secret: c.Secret})
	if err != nil {
		return nil, err
	}
	f := &following{
		node: c.Node, host: c.Host, outboxes: c.Outboxes, address: c.Address, public: c.Public, issuer: issuer, netDial: c.NetDial, log: log,
	}
	f.places = newPlaces(c.Engine, &f.running)
	return f, nil
}

// wait returns when nobody is followed any more; all sessions are over.
func (f *following) wait() { f.running.Wait() }
