package clustertest

import (
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

var nodeTests = []Test{
	{"NodesAreListedWhileTheyRenew", nodesAreListedWhileTheyRenew},
	{"SecondProcessOfANodeIsRefused", secondProcessOfANodeIsRefused},
}

func nodesAreListedWhileTheyRenew(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	node := cluster.Node{Address: "wss://a.example", Region: "eu", Version: "1.2", Capacity: 100, Load: 3, Late: 2 * time.Millisecond}
	la := acquire(t, a, cluster.KindNode, "a", "A", long)
	must(t, a.PutNode(ctx(t), la, node))
	lb := acquire(t, b, cluster.KindNode, "b", "B", short)
	must(t, b.PutNode(ctx(t), lb, cluster.Node{Draining: true}))
	node.ID, node.Owner, node.Epoch = "a", "A", la.Epoch
	eventually(t, "only a is listed", func() bool {
		nodes, err := b.Nodes(ctx(t))
		must(t, err)
		if len(nodes) == 2 && !nodes[1].Draining {
			t.Fatalf("got %+v", nodes[1])
		}
		if nodes[0] != node {
			t.Fatalf("got %+v, want %+v", nodes[0], node)
		}
		return len(nodes) == 1
	})
	node.Draining, node.Load = true, 4
	must(t, a.PutNode(ctx(t), la, node))
	if nodes, err := b.Nodes(ctx(t)); err != nil || len(nodes) != 1 || nodes[0] != node {
		t.Fatalf("got %+v, %v, want %+v", nodes, err, node)
	}
	must(t, a.Release(ctx(t), la))
	if nodes, err := b.Nodes(ctx(t)); err != nil || len(nodes) != 0 {
		t.Fatalf("got %+v, %v, want none", nodes, err)
	}
}

func secondProcessOfANodeIsRefused(t *testing.T, s Service) {
	e := s.Open()
	acquire(t, e, cluster.KindNode, "a", "a/first", long)
	_, err := e.Acquire(ctx(t), cluster.KindNode, "a", "a/second", long)
	want(t, err, cluster.ErrHeld)
}
