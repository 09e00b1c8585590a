package cluster

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// Node is a node as others see it: whether it can take matches, and where clients reach it.
type Node struct {
	ID       string `json:"id"`                 // that of its lease
	Owner    string `json:"owner"`              // likewise
	Epoch    uint32 `json:"epoch"`              // likewise
	Address  string `json:"address"`            // where clients reach it, as "ws://host:port" or "wss://host"
	Internal string `json:"internal,omitempty"` // where other nodes do; "": at Address
	Lobbies  bool   `json:"lobbies,omitempty"`  // it has lobbies, and takes over those of others
	Region   string `json:"region,omitempty"`
	Version  string `json:"version,omitempty"`
	Capacity int    `json:"capacity"` // matches at most; 0: it runs none
	Load     int    `json:"load"`     // matches that run
	// Late is how late its ticks begin, the 99th percentile of the last seconds: what tells a full node from an idle one.
	Late     time.Duration `json:"late"`
	Draining bool          `json:"draining,omitempty"` // takes no more matches
	Reports  uint32        `json:"reports,omitempty"`  // how often it has said how it is; 0: it does not say
}

// Inner is where other nodes reach it.
func (n Node) Inner() string { return cmp.Or(n.Internal, n.Address) }

// Nodes is the directory of nodes. Their heartbeat is renewing the lease.
type Nodes interface {
	// PutNode enters a node, or says what has changed, such as its load. Id, owner and epoch are the lease's. [ErrFenced].
	PutNode(ctx context.Context, lease Lease, node Node) error
	// Nodes lists those whose lease lasts, ordered by id.
	Nodes(ctx context.Context) ([]Node, error)
}

// Checked is a node as it is stored, with what its lease says.
func (n Node) Checked(lease Lease) (Node, error) {
	n.ID, n.Owner, n.Epoch = lease.ID, lease.Owner, lease.Epoch
	if err := lease.Check(KindNode); err != nil {
		return n, err
	}
	if len(n.Address) > MaxAddress || len(n.Internal) > MaxAddress || len(n.Region) > MaxID || len(n.Version) > MaxID {
		return n, fmt.Errorf("%w: addresses of %d and %d bytes, region of %d, version of %d; want at most %d, %d and %d",
			ErrInvalid, len(n.Address), len(n.Internal), len(n.Region), len(n.Version), MaxAddress, MaxID, MaxID)
	}
	if n.Capacity < 0 || n.Load < 0 {
		return n, fmt.Errorf("%w: capacity %d, load %d", ErrInvalid, n.Capacity, n.Load)
	}
	return n, nil
}
