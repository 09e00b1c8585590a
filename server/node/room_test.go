package node_test

import (
	"errors"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

func TestALobbyThatNoNodeHasRoomForIsToldToTryAgainAndStartsWhenOneHas(t *testing.T) {
	s := newService(t)
	front := s.start("lobby-1", 0)
	s.start("match-1", 1)
	ann, bob := s.join("ann", front), s.join("bob", front)
	for _, p := range []*player{ann, bob} {
		if _, err := p.Lobby().Create(s.ctx, client.NewLobby{Game: "dots"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := ann.Lobby().Start(s.ctx); err != nil {
		t.Fatal(err)
	}
	ann.plays(any)
	refused := (*protocol.Error)(nil)
	if err := bob.Lobby().Start(s.ctx); !errors.As(err, &refused) || refused.Code != protocol.CodeUnavailable {
		t.Fatalf("bob is told %v, want %s", err, protocol.CodeUnavailable)
	}
	s.start("match-2", 1)
	s.eventually("bob's match starts", func() bool { return bob.Lobby().Start(s.ctx) == nil })
	bob.plays(any)
}
