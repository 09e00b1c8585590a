package server_test

import (
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
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
