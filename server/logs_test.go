package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

// fragile is a game that breaks in its tenth tick.
type fragile struct{ ticks int }

func (*fragile) Setup(*match.Setup) error        { return nil }
func (*fragile) Join(*match.Tick, match.Player)  {}
func (*fragile) Leave(*match.Tick, match.Player) {}
func (g *fragile) Step(*match.Tick) {
	if g.ticks++; g.ticks == 10 {
		panic("broken")
	}
}

// local is a member without a session.
type local string

func (m local) User() string                      { return string(m) }
func (m local) Name() string                      { return string(m) }
func (local) Emit(string, string, []byte, uint32) {}
func (local) Seated(lobby.Seat)                   {}

// page is a log that many write.
type page struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func TestTheLogOfAMatchThatFailsNamesItsLobby(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log page
		s, err := server.New(server.Config{
			Guests: true, Logger: slog.New(slog.NewJSONHandler(&log, nil)),
			Kinds: []match.Kind{{Name: "fragile", MaxPlayers: 2, New: func() match.Game { return new(fragile) }}},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		made, err := s.Directory().Create(ctx, local("ada"), lobby.CreateOptions{Game: "fragile"})
		if err == nil {
			err = s.Directory().Start(ctx, local("ada"))
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		failed := false
		for line := range bytes.Lines(log.text.Bytes()) {
			var entry struct {
				Message string `json:"msg"`
				Lobby   string `json:"lobby"`
				Match   string `json:"match"`
			}
			if err := json.Unmarshal(line, &entry); err != nil {
				t.Fatal(err)
			}
			if entry.Message == "match failed" {
				failed = true
				if entry.Lobby != made.ID || entry.Match == "" {
					t.Errorf("logged %s", line)
				}
			}
		}
		if !failed {
			t.Error("nothing is logged")
		}
	})
}
