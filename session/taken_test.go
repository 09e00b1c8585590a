package session

import (
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// listener is a house that counts the events it gets.
type listener struct {
	Handler
	events int
}

func (l *listener) Event(*Session, string, string, protocol.Raw) error {
	l.events++
	return nil
}

// TestAFencedConnectionTakesNoEventWhoseNumberTheNewerOnesWelcomeLeftFree is about the moment between the look at the fence and the number:
// a page that was reloaded goes on with the number after the welcome's, and its event would be taken for one sent again.
func TestAFencedConnectionTakesNoEventWhoseNumberTheNewerOnesWelcomeLeftFree(t *testing.T) {
	house := &listener{}
	hub, err := NewHub(Config{Handler: house, Auth: Guest{}})
	if err != nil {
		t.Fatal(err)
	}
	older, newer := newConn(hub, mute{}), newConn(hub, mute{})
	if older.session, err = hub.open(older, Identity{User: "ann", Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	s := older.session
	newer.session = s
	s.mu.Lock()
	_, err = s.welcome(newer, true, 0)
	s.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	first := protocol.MustEncode(protocol.Send{Kind: protocol.KindSend, Seq: 1, Channel: "chat", Name: "say"})
	for _, c := range []*conn{older, newer} {
		if err := c.send(time.Now(), first); err != nil {
			t.Error(err)
		}
	}
	if n := hub.cfg.Counters.Drops[DropFenced].Load(); house.events != 1 || n != 1 {
		t.Errorf("the house heard %d events, %d were dropped as fenced; want 1 and 1", house.events, n)
	}
}

// mute is a transport that takes everything.
type mute struct{ Transport }

func (mute) Write([]byte, time.Duration) error { return nil }
