package server_test

import (
	"errors"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

// A relay says when the player goes, and the other node has kept that over the loss of the relay's connection: who came back meanwhile got no picture.
func TestAPlayerWhoComesBackWhileTheRelayIsBrokenIsServedAgain(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.where = "back"
		ada := front.guestWith(client.Config{Name: "ada", NetDial: front.net.dial})
		_, room := ada.host(client.NewLobby{Game: "bell"})
		defer ada.play(map[string]float64{"add": 1})()
		room = ada.reaches(room, 1, 20)
		front.net.cutOff.Store(true)
		ada.Cut()
		time.Sleep(100 * time.Millisecond) // by which the relay has said that the player is away
		back := s.nodes["back"]
		back.net.cutOff.Store(true)
		back.cut()
		front.net.cutOff.Store(false)
		time.Sleep(6 * time.Second) // by which the player is back
		back.net.cutOff.Store(false)
		time.Sleep(time.Second)
		ada.reaches(ada.Room(), 1, count(ada.Room(), 1)+20)
		if ada.Room() == room {
			t.Error("the player was not away")
		}
	}, "front", "back")
}

// A node that was frozen dials the match's node again when it wakes. By then another one may relay for a player of its own, who came back there.
func TestANodeWhosePlayerWentDoesNotTakeTheEventsFromTheNodeWhereThePlayerIs(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.where = "back"
		back := s.nodes["back"]
		ada := front.guestWith(client.Config{Name: "ada", NetDial: front.net.dial})
		_, room := ada.host(client.NewLobby{Game: "bell"})
		defer ada.play(map[string]float64{"add": 1})()
		room = ada.reaches(room, 1, 20)
		issuer, err := ticket.NewIssuer(ticket.IssuerConfig{Secret: serviceSecret})
		front.must(err)
		rival, err := relay.New(relay.Config{
			URL: "ws://back" + server.PathSocket, NetDial: s.dial, Emit: func(protocol.Event) bool { return true },
			Auth: func() ([]string, error) {
				text, err := issuer.Issue(ticket.Ticket{Match: room.Match, Seat: uint16(room.Seat), User: ada.Session().User, Name: "ada"})
				return []string{ticket.Scheme, text}, err
			},
		})
		front.must(err)

		front.net.cutOff.Store(true)
		ada.Cut()
		back.cut() // and at once
		front.must(rival.Connect(s.Context()))
		served := make(chan error, 1)
		go func() { served <- rival.Serve(s.Context()) }()
		time.Sleep(5 * time.Second)
		if n := back.counts(`seat_tickets_total{outcome="displaced"}`); n != 1 {
			t.Errorf("%d relays displaced: want that of the player who is away", n)
		}
		if !rival.Connected() {
			t.Error("the other node's relay is gone")
		}

		front.net.cutOff.Store(false)
		if err, closed := <-served, (*protocol.Closed)(nil); !errors.As(err, &closed) || closed.Code != protocol.CloseDisplaced {
			t.Errorf("the other node's relay ended with %v", err)
		}
		time.Sleep(5 * time.Second) // by which the player is back, and served
		if now := ada.Room(); now == nil || now == room || count(now, 1) <= count(room, 1) {
			t.Errorf("the player is in room %p, and was in %p", now, room)
		}
		if ada.Session().Recovered() {
			t.Error("the player was not told that events may be missing")
		}
	}, "front", "back")
}
