package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/deltatick/deltatick/cluster"
)

// PutNode implements [cluster.Nodes].
func (e *Engine) PutNode(ctx context.Context, l cluster.Lease, node cluster.Node) error {
	node, err := node.Checked(l)
	if err != nil {
		return err
	}
	return e.put(ctx, l, node)
}

// put enters what is put with a lease.
func (e *Engine) put(ctx context.Context, l cluster.Lease, entry any) error {
	text, err := encodeEntry(entry)
	if err != nil {
		return err
	}
	s := e.shardOf(l.Kind, l.ID)
	admitted, err := e.doInt(ctx, call{scriptPut, s.leaseKeys(s.key("entries")), leaseArgs(l, text)})
	if err == nil && admitted == fenced {
		err = cluster.ErrFenced
	}
	return err
}

// encodeEntry writes what has been checked as decodeMatch and its like read it.
func encodeEntry(entry any) (string, error) {
	text, err := json.Marshal(entry)
	if err != nil {
		return "", fmt.Errorf("%w: %w", cluster.ErrInvalid, err)
	}
	return string(text), nil
}

// Nodes implements [cluster.Nodes].
func (e *Engine) Nodes(ctx context.Context) ([]cluster.Node, error) {
	s := e.shard(cluster.KindNode, 0)
	texts, err := e.lists(ctx, []call{{scriptLive, s.leaseKeys(s.key("entries")), nil}})
	if err != nil {
		return nil, err
	}
	return decodeAll(e, texts, decodeNode, func(a, b cluster.Node) int { return cmp.Compare(a.ID, b.ID) }), nil
}

// decodeAll reads entries, passes over those that are malformed, and orders the others.
func decodeAll[T any](e *Engine, texts []string, decode func(string) (T, error), order func(a, b T) int) []T {
	all := make([]T, 0, len(texts))
	for _, text := range texts {
		entry, err := decode(text)
		if e.wrong(err) != nil {
			e.log.Warn("an entry in the store was passed over", "bytes", len(text), "err", err)
			continue
		}
		all = append(all, entry)
	}
	slices.SortFunc(all, order)
	return all
}
