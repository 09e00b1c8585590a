package server

import (
	"context"
	"errors"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/channel"
)

// nodesReply answers "nodes".
type nodesReply struct {
	Nodes []nodeInfo `msgpack:"nodes"` // ordered by id; none: this server is all there is
}

// nodeInfo is a node of the service.
type nodeInfo struct {
	Node     string  `msgpack:"node"`
	Region   string  `msgpack:"region"`
	Version  string  `msgpack:"version"`
	Address  string  `msgpack:"address"`  // at which clients reach it; "": other nodes relay for it
	Internal string  `msgpack:"internal"` // at which other nodes do
	Lobbies  bool    `msgpack:"lobbies"`  // it has lobbies
	Capacity int     `msgpack:"capacity"` // matches at most; 0: it runs none
	Load     int     `msgpack:"load"`     // matches that run
	Late     float64 `msgpack:"late"`     // how late its ticks begin, the 99th percentile of the last seconds, ms
	Draining bool    `msgpack:"draining"`
	Seen     int64   `msgpack:"seen"`   // ms ago, in the directory; a node is listed for a minute after it was there last
	Self     bool    `msgpack:"self"`   // it is the node that answers
	Status   *status `msgpack:"status"` // nil: it does not answer
}

// adminNodes lists the nodes of the service.
func (s *Server) adminNodes(c *channel.Call, _ struct{}) (nodesReply, error) {
	reply := nodesReply{Nodes: []nodeInfo{}}
	if !s.cfg.Cluster.shared() {
		return reply, nil
	}
	now := time.Now()
	answers := everywhere(c.Context(), s, callStatus, struct{}{}, func(struct{}) (status, error) { return s.statusHere(), nil })
	for _, n := range s.cfg.Cluster.Roster.Sightings() {
		info := infoOfNode(n, now)
		info.Self = n.ID == s.cfg.Cluster.Node
		if st, ok := answers[n.ID]; ok {
			info.Status, info.Draining = &st, info.Draining || st.Draining
		}
		reply.Nodes = append(reply.Nodes, info)
	}
	return reply, nil
}

func infoOfNode(n roster.Sighting, now time.Time) nodeInfo {
	return nodeInfo{
		Node: n.ID, Region: n.Region, Version: n.Version, Address: n.Address, Internal: n.Inner(), Lobbies: n.Lobbies, Capacity: n.Capacity, Load: n.Load,
		Late: n.Late.Seconds() * 1000, Draining: n.Draining, Seen: max(0, now.Sub(n.Seen).Milliseconds()),
	}
}

// drainAsk is the payload of "drain".
type drainAsk struct {
	Node string `msgpack:"node"`

	By string `msgpack:"by,omitempty"` // the administrator's user id, between nodes
}

// adminDrain has a node hand its matches and lobbies over to others, and take no new ones.
func (s *Server) adminDrain(c *channel.Call, p drainAsk) (any, error) {
	if !s.cfg.Cluster.shared() || s.cfg.Cluster.Drain == nil {
		return nil, protocol.Refuse(protocol.CodeNotFound, "this server is no node of a service")
	}
	node, err := s.cfg.Cluster.Roster.Node(c.Context(), p.Node)
	nodes := s.cfg.Cluster.Roster.Nodes()
	switch {
	case errors.Is(err, roster.ErrUnknown):
		return nil, protocol.Refuse(protocol.CodeNotFound, "there is no such node")
	case err != nil:
		return nil, protocol.Refuse(protocol.CodeUnavailable, "the directory of nodes cannot be read: try again")
	case node.Lobbies && !others(nodes, node.ID, func(n cluster.Node) bool { return n.Lobbies }),
		node.Load > 0 && !others(nodes, node.ID, func(n cluster.Node) bool { return n.Capacity > n.Load }):
		return nil, protocol.Refuse(protocol.CodeUnavailable, "no other node takes what this one has")
	}
	ctx, cancel := context.WithTimeout(c.Context(), adminTimeout)
	defer cancel()
	_, err = s.cfg.Cluster.Mesh.Call(ctx, p.Node, callDrain, seal(drainAsk{p.Node, c.Session().User()}))
	if refused := (*protocol.Error)(nil); err != nil && !errors.As(err, &refused) {
		return nil, protocol.Refuse(protocol.CodeUnavailable, "the node does not answer: try again")
	}
	if err == nil {
		s.cfg.Logger.Info("node told to drain", "peer", p.Node, who(c.Session()))
	}
	return nil, err
}

// others says whether there is another node like that, which is not draining.
func others(nodes []cluster.Node, but string, like func(cluster.Node) bool) bool {
	for _, n := range nodes {
		if n.ID != but && !n.Draining && like(n) {
			return true
		}
	}
	return false
}

// drainHere begins to hand over what is here, and does not wait.
func (s *Server) drainHere(q drainAsk) (struct{}, error) {
	if s.cfg.Cluster == nil || s.cfg.Cluster.Drain == nil || q.Node != s.cfg.Cluster.Node {
		return struct{}{}, protocol.Refuse(protocol.CodeNotFound, "this is another node")
	}
	s.cfg.Logger.Info("an administrator drains this node", "user", q.By)
	s.stopTaking()
	select {
	case s.drains <- struct{}{}:
	default: // it is about to begin
	}
	return struct{}{}, nil
}

// stopTaking has no lobby and no match begin here, and says by /readyz that new players are better sent elsewhere.
func (s *Server) stopTaking() {
	s.draining.Store(true)
	s.directory.Drain()
}

// handAgain is how long to wait until other nodes may have room.
const handAgain = time.Second

// handOver does what administrators ask by "drain", until ctx ends. The process goes on, and so do the sessions that are here, and what nobody
// else takes: seats in such matches must be reached from other nodes, so that the hub is not drained.
func (s *Server) handOver(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.drains:
		}
		for err := s.cfg.Cluster.Drain(ctx); err != nil && ctx.Err() == nil; err = s.cfg.Cluster.Drain(ctx) {
			s.cfg.Logger.Warn("not everything could be handed over yet", "err", err)
			sleep(ctx, handAgain)
		}
	}
}
