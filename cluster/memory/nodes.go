package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/deltatick/deltatick/cluster"
)

// PutNode implements [cluster.Nodes].
func (e *Engine) PutNode(ctx context.Context, l cluster.Lease, node cluster.Node) error {
	node, err := node.Checked(l)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.admit(l); err != nil {
		return err
	}
	s.nodes[l.ID] = node
	return nil
}

// Nodes implements [cluster.Nodes].
func (e *Engine) Nodes(ctx context.Context) ([]cluster.Node, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var live []cluster.Node
	for id, node := range s.nodes {
		if s.leases[cluster.KindNode][id].end.After(now) {
			live = append(live, node)
		}
	}
	slices.SortFunc(live, func(a, b cluster.Node) int { return cmp.Compare(a.ID, b.ID) })
	return live, nil
}
