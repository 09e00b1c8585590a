package server_test

import (
	"context"
	"errors"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

// ticketFor is for a user's seat 1 in the service's first match, unless changed.
func (s *service) ticketFor(user string, change func(*ticket.Ticket)) string {
	s.Helper()
	issuer, err := ticket.NewIssuer(ticket.IssuerConfig{Secret: serviceSecret})
	if err != nil {
		s.Fatal(err)
	}
	k := ticket.Ticket{Match: "m-1", Seat: 1, User: user, Name: "by ticket"}
	if change != nil {
		change(&k)
	}
	text, err := issuer.Issue(k)
	if err != nil {
		s.Fatal(err)
	}
	return text
}

// shows is a client with this ticket and no other.
func (n *node) shows(text string) *guest {
	n.Helper()
	return n.guestWith(client.Config{NetDial: n.net.dial, Auth: func(context.Context) ([]string, error) { return []string{ticket.Scheme, text}, nil }})
}

func TestSeatTicketOpensTheSeatAndNothingElse(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada, room, stop := playing(s, front, "back")
		stop()
		user, back := ada.Session().User, s.nodes["back"]
		direct := back.shows(s.ticketFor(user, func(k *ticket.Ticket) { k.Direct = true })) // beside the relay, which has the events
		defer direct.play(map[string]float64{"add": 1})()
		there := direct.reaches(direct.room(nil), 1, count(room, 1)+60)
		if there.Seat != 1 || direct.Session().User != user {
			t.Errorf("%s at seat %d", direct.Session().User, there.Seat)
		}
		for _, call := range [][2]string{{"lobby", "list"}, {"chat", "history"}, {"session", "open"}, {"admin", "status"}, {"match", "ring"}} {
			var refused *protocol.Error
			if err := direct.Call(s.Context(), call[0], call[1], nil, nil); !errors.As(err, &refused) || refused.Code != protocol.CodeUnknownRequest {
				t.Errorf("%v: %v", call, err)
			}
		}
		if here := back.counts("seat_sessions_direct"); here != 1 {
			t.Errorf("%d sessions for one seat", here)
		}
		if n := back.counts(`presence_users{state="online"}`); n != 0 {
			t.Errorf("%d are present", n)
		}
	}, "front", "back")
}

func TestBadSeatTicketIsClosedWithACodeOfItsOwn(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada, _, stop := playing(s, front, "back")
		defer stop()
		user, back := ada.Session().User, s.nodes["back"]
		good := s.ticketFor(user, nil)
		late := s.ticketFor(user, nil)
		if code := back.shows(good[:len(good)-1] + "!").refusedIn(); code != protocol.CloseTicketRefused {
			t.Errorf("wrong: %d", code)
		}
		back.shows(good).room(nil)
		if code := back.shows(good).refusedIn(); code != protocol.CloseTicketRefused {
			t.Errorf("used: %d", code)
		}
		time.Sleep(ticket.Life + ticket.Skew)
		for text, want := range map[string]string{
			late: `closes_total{code="4006",name="ticket-late"}`,
			s.ticketFor(user, func(k *ticket.Ticket) { k.Match = "m-2" }): `closes_total{code="4005",name="moved"}`,
			s.ticketFor(user, func(k *ticket.Ticket) { k.Seat = 2 }):      `closes_total{code="4005",name="moved"}`,
			s.ticketFor("another", nil):                                   `closes_total{code="4005",name="moved"}`,
			// It displaces the player's relay, which comes back for its seat while this one still waits for the epoch.
			s.ticketFor(user, func(k *ticket.Ticket) { k.Epoch = 1 << 31 }): `closes_total{code="4500",name="displaced"}`,
		} {
			before := back.counts(want)
			g := back.shows(text)
			time.Sleep(1500 * time.Millisecond)
			g.cancel()
			<-g.ended
			if back.counts(want) == before {
				t.Errorf("not closed: %s", want)
			}
			if g.Room() != nil {
				t.Error("it opened a seat")
			}
		}
	}, "front", "back")
}

func TestSeatTicketRenewsNoSession(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada := front.guest("ada")
		if _, err := ada.Lobby().List(s.Context()); err != nil {
			t.Fatal(err)
		}
		text := s.ticketFor(ada.Session().User, nil)
		var refused *protocol.Error
		err := ada.Call(s.Context(), "session", "renew", map[string]any{"auth": []string{ticket.Scheme, text}}, nil)
		if !errors.As(err, &refused) || refused.Code != protocol.CodeUnauthorized {
			t.Errorf("renewed: %v", err)
		}
		if _, err := ada.Lobby().List(s.Context()); err != nil {
			t.Error(err)
		}
	}, "front")
}

func TestServerThatIsAloneTakesNoSeatTickets(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		g := h.guestWith(client.Config{NetDial: h.net.dial, Auth: func(context.Context) ([]string, error) { return []string{ticket.Scheme, "x"}, nil }})
		if code := g.refusedIn(); code != protocol.CloseUnauthorized {
			t.Errorf("%d", code)
		}
	})
}

func TestNodeWithoutLobbiesLetsNobodyInButWithATicket(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada, room, stop := playing(s, front, "tickets")
		defer stop()
		ada.goesOn(room)
		if code := s.nodes["tickets"].guest("eve").refusedIn(); code != protocol.CloseUnauthorized {
			t.Errorf("a guest: %d", code)
		}
	}, "front", "tickets")
}
