package node_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/server/node"
)

// startApart starts a node that answers other nodes on a listener of its own.
func (s *service) startApart(id string, matches int) (n *running, inner string) {
	s.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	inner = listener.Addr().String()
	n = s.start(id, matches, func(cfg *node.Config) {
		cfg.URL, cfg.Internal, cfg.Apart = "", "ws://"+inner, true // clients do not reach it, but by another node
	})
	srv := &http.Server{Handler: n.server.InnerHandler()}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(listener)
	}()
	end := n.end
	n.end = func() {
		end()
		_ = srv.Close()
		<-served
	}
	return n, inner
}

func (s *service) status(addr, path string) int {
	s.Helper()
	answer, err := http.Get("http://" + addr + path)
	if err != nil {
		s.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func TestNodesWithAListenerOfTheirOwnMeetThereAndNowhereElse(t *testing.T) {
	s := newService(t)
	front, frontInner := s.startApart("lobby-1", 0)
	back, backInner := s.startApart("match-1", 10)
	for inner, n := range map[string]*running{frontInner: front, backInner: back} {
		if got := s.status(n.addr, server.PathCluster); got != http.StatusNotFound {
			t.Errorf("%s answers nodes among its clients with %d", n.id, got)
		}
		if got := s.status(inner, server.PathCluster); got != http.StatusBadRequest {
			t.Errorf("%s answers what is no WebSocket of a node with %d", n.id, got)
		}
		for _, path := range []string{"/", server.PathMetrics, server.PathAdmin, server.PathReady} {
			if got := s.status(inner, path); got != http.StatusNotFound {
				t.Errorf("%s answers nodes on %s with %d", n.id, path, got)
			}
		}
	}
	ann, bob := s.join("ann", front), s.join("bob", front)
	s.meet(ann, bob)
	if err := ann.Lobby().Start(s.ctx); err != nil {
		t.Fatal(err)
	}
	if a, b := ann.plays(any), bob.plays(any); a.Match != b.Match {
		t.Errorf("in %s and %s", a.Match, b.Match)
	}
}
