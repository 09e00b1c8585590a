package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

// This file is how an administrator whose session is on one node sees and steers all of them. Whether somebody is one is asked at that node, by the channel; what
// comes over the mesh comes from nodes, which have proved that they know the service's secret.

// What nodes ask each other for administrators.
const (
	callSessions = "admin/sessions"
	callSeats    = "admin/seats"
	callMatches  = "admin/matches"
	callStatus   = "admin/status"
	callKick     = "admin/kick"
	callDrain    = "admin/drain"
)

// adminTimeout is how long a node may take to answer: what one that is frozen has to say is left out.
const adminTimeout = 500 * time.Millisecond

// envelope is the payload of these calls and of their answers.
type envelope[T any] struct {
	_msgpack struct{} `msgpack:",as_array"`

	Version byte // 1
	What    T
}

func seal[T any](v T) []byte { return protocol.MustEncode(&envelope[T]{Version: 1, What: v}) }

func unseal[T any](payload []byte) (v T, err error) {
	var e envelope[T]
	if _, err := protocol.Check(payload, protocol.FromServer); err != nil {
		return v, err
	}
	if err := protocol.Decode(payload, &e); err != nil {
		return v, err
	}
	if e.Version != 1 {
		return v, fmt.Errorf("%w: version %d", protocol.ErrMalformed, e.Version)
	}
	return e.What, nil
}

// answerAdmins has other nodes' administrators answered.
func (s *Server) answerAdmins(mesh Mesh) {
	answerAdmin(mesh, callSessions, s.sessionsHere)
	answerAdmin(mesh, callSeats, s.seatsHere)
	answerAdmin(mesh, callMatches, s.matchesHere)
	answerAdmin(mesh, callStatus, func(struct{}) (status, error) { return s.statusHere(), nil })
	answerAdmin(mesh, callKick, s.kickHere)
	answerAdmin(mesh, callDrain, s.drainHere)
}

func answerAdmin[Q, A any](mesh Mesh, method string, answer func(Q) (A, error)) {
	mesh.Handle(method, func(_ context.Context, _ string, payload []byte) ([]byte, error) {
		q, err := unseal[Q](payload)
		if err != nil {
			return nil, err
		}
		a, err := answer(q)
		if err != nil {
			return nil, err
		}
		return seal(a), nil
	})
}

// everywhere asks all nodes at the same time, this one by a call of here, and returns what they answer, by node. What a node refuses, and one that does
// not answer in time, is left out.
func everywhere[Q, A any](ctx context.Context, s *Server, method string, q Q, here func(Q) (A, error)) map[string]A {
	answers := map[string]A{}
	c := s.cfg.Cluster
	if !c.shared() {
		if a, err := here(q); err == nil {
			answers[""] = a
		}
		return answers
	}
	ctx, cancel := context.WithTimeout(ctx, adminTimeout)
	defer cancel()
	payload := seal(q)
	var mu sync.Mutex
	var asked sync.WaitGroup
	for _, n := range c.Roster.Nodes() {
		asked.Go(func() {
			answer, err := c.Mesh.Call(ctx, n.ID, method, payload)
			if err != nil {
				return
			}
			a, err := unseal[A](answer)
			if err != nil {
				s.cfg.Logger.Warn("what another node says for an administrator cannot be read", "peer", n.ID, "method", method, "err", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			answers[n.ID] = a
		})
	}
	asked.Wait()
	return answers
}
