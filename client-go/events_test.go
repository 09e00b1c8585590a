package client_test

import (
	"slices"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

func TestEventsAreHandledOnceAndInOrderOverAllSockets(t *testing.T) {
	var seen []uint32
	cfg := client.Config{Handlers: client.Handlers{Event: func(ev protocol.Event) { seen = append(seen, ev.Seq) }}}
	bubble(t, cfg, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		for _, seq := range []uint32{1, 2, 2, 1, 3} {
			r.must(conn.Send(event(seq, "match", "x", nil)))
		}
		settle()
		conn.Cut()
		conn, hello := r.welcome(protocol.Welcome{})
		if hello.Resume.Seq != 3 {
			t.Fatalf("resumed after %d", hello.Resume.Seq)
		}
		for _, seq := range []uint32{2, 3, 4, 5} { // as a server would that had not heard of 2 and 3
			r.must(conn.Send(event(seq, "match", "x", nil)))
		}
		settle()
		if want := []uint32{1, 2, 3, 4, 5}; !slices.Equal(seen, want) {
			t.Errorf("handled %v", seen)
		}
		s := r.c.Stats()
		if s.Drops[client.DropDuplicateEvent] != 4 || s.EventGaps != 0 {
			t.Errorf("%d duplicates, %d gaps", s.Drops[client.DropDuplicateEvent], s.EventGaps)
		}
	})
}

func TestMissingEventsAreAGapUnlessTheWelcomeAnnouncedThem(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.must(conn.Send(event(2, "match", "x", nil))) // 1 is missing
		settle()
		conn.Cut()
		conn, _ = r.welcome(protocol.Welcome{Lost: 10})
		r.must(conn.Send(event(13, "match", "x", nil))) // 3..12 were announced
		r.must(conn.Send(event(16, "match", "x", nil))) // 14 and 15 were not
		settle()
		if s := r.c.Stats(); s.EventGaps != 3 || s.EventsLost != 10 {
			t.Errorf("%d missing, %d lost", s.EventGaps, s.EventsLost)
		}
	})
}

func TestAFreshSessionStartsItsEventsAtOne(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.must(conn.Send(event(1, "match", "x", nil)))
		settle()
		conn.Cut()
		conn, _ = r.accept()
		r.must(conn.Welcome(protocol.Welcome{Session: "another", Resumed: false}))
		r.must(conn.Send(event(1, "match", "x", nil)))
		settle()
		if s := r.c.Stats(); s.Drops[client.DropDuplicateEvent] != 0 || s.EventGaps != 0 {
			t.Errorf("%d duplicates, %d gaps", s.Drops[client.DropDuplicateEvent], s.EventGaps)
		}
	})
}

func TestHandlersAreToldOfWhatTheyAreFor(t *testing.T) {
	var notice client.Notice
	var exit client.Exit
	var list client.ListChange
	cfg := client.Config{Handlers: client.Handlers{
		Notice:  func(n client.Notice) { notice = n },
		Exited:  func(e client.Exit) { exit = e },
		Lobbies: func(l client.ListChange) { list = l },
	}}
	bubble(t, cfg, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.must(conn.Send(event(1, "session", "notice", map[string]any{"code": "input-rate", "message": "slower"})))
		r.must(conn.Send(event(2, "match", "exit", map[string]any{"match": "m1", "reason": "ended", "result": nil, "later": 1})))
		r.must(conn.Send(event(3, "lobby", "list", map[string]any{
			"upsert": []any{map[string]any{"id": "l1", "max_players": 8}}, "removed": []string{"l2"}})))
		r.must(conn.Send(event(4, "session", "notice", "not a map")))
		settle()
		if notice.Code != "input-rate" || exit.Match != "m1" || exit.Reason != "ended" {
			t.Errorf("notice %+v, exit %+v", notice, exit)
		}
		if len(list.Upsert) != 1 || list.Upsert[0].MaxPlayers != 8 || !slices.Equal(list.Removed, []string{"l2"}) {
			t.Errorf("list %+v", list)
		}
		if s := r.c.Stats(); s.Notices != 2 || s.Drops[client.DropBadPayload] != 1 || s.Malformed != 0 {
			t.Errorf("%d notices, %d bad payloads, %d malformed", s.Notices, s.Drops[client.DropBadPayload], s.Malformed)
		}
	})
}
