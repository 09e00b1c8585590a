package server_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session"
)

// crown makes an administrator of whoever is called root.
var crown = server.Middleware{Connect: func(_ context.Context, who session.Identity) (session.Identity, error) {
	if who.Name == "root" {
		who.Roles = []string{server.RoleAdmin}
	}
	return who, nil
}}

type sessionList struct {
	Count    int  `msgpack:"count"`
	More     bool `msgpack:"more"`
	Sessions []struct {
		Session  string   `msgpack:"session"`
		User     string   `msgpack:"user"`
		Name     string   `msgpack:"name"`
		Roles    []string `msgpack:"roles"`
		Channels []string `msgpack:"channels"`
	} `msgpack:"sessions"`
}

func TestTheAdminChannelNeedsTheRole(t *testing.T) {
	bubble(t, server.Config{Middleware: []server.Middleware{crown}}, func(h *house) {
		ada := h.guest("ada")
		h.refusedWith(protocol.CodeForbidden, ada.Call(h.ctx, "session", "open", map[string]string{"channel": "admin"}, nil))
		for _, name := range []string{"sessions", "kick", "announce", "lobbies", "status", "stop", "close"} {
			h.refusedWith(protocol.CodeForbidden, ada.Call(h.ctx, "admin", name, nil, nil))
		}
		h.must(ada.Call(h.ctx, "lobby", "list", nil, nil))
		h.must(h.guest("root").Call(h.ctx, "admin", "lobbies", nil, nil))
	})
}

func TestAdministratorsPageThroughTheSessions(t *testing.T) {
	bubble(t, server.Config{Middleware: []server.Middleware{crown}}, func(h *house) {
		for i := range 4 {
			h.must(h.guest(fmt.Sprint("p", i)).Call(h.ctx, "lobby", "list", nil, nil))
		}
		root := h.guest("root")
		var names []string
		after := ""
		for page := range 3 {
			var list sessionList
			h.must(root.Call(h.ctx, "admin", "sessions", map[string]any{"after": after, "limit": 2}, &list))
			if list.Count != 5 || list.More != (page < 2) {
				t.Errorf("page %d: %+v", page, list)
			}
			for _, s := range list.Sessions {
				names = append(names, s.Name)
				if slices.Contains(s.Channels, "admin") != (s.Name == "root") || !slices.Contains(s.Channels, "lobby") {
					t.Errorf("%s has %v", s.Name, s.Channels)
				}
				after = s.Session
			}
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != "p0 p1 p2 p3 root" {
			t.Errorf("listed %s", got)
		}
		for _, limit := range []int{0, 101} {
			h.refusedWith(protocol.CodeBadPayload, root.Call(h.ctx, "admin", "sessions", map[string]any{"limit": limit}, nil))
		}
	})
}

func TestAKickedUserIsGoneForGood(t *testing.T) {
	bubble(t, server.Config{Middleware: []server.Middleware{crown}}, func(h *house) {
		root, ada := h.guest("root"), h.guest("ada")
		ada.hostAny()
		var reply struct {
			Sessions int `msgpack:"sessions"`
		}
		h.must(root.Call(h.ctx, "admin", "kick", map[string]string{"user": ada.Session().User}, &reply))
		if reply.Sessions != 1 {
			t.Errorf("%d sessions", reply.Sessions)
		}
		var closed *protocol.Closed
		if err := <-ada.ended; !asClosed(err, &closed) || closed.Code != protocol.CloseKicked {
			t.Errorf("ended with %v", err)
		}
		synctest.Wait()
		if _, in := h.server.Directory().Of(ada.Session().User); in {
			t.Error("still in a lobby")
		}
		h.refusedWith(protocol.CodeNotFound, root.Call(h.ctx, "admin", "kick", map[string]string{"user": "nobody"}, nil))
	})
}

func TestAnAnnouncementReachesEverySession(t *testing.T) {
	bubble(t, server.Config{Middleware: []server.Middleware{crown}}, func(h *house) {
		root, ada := h.guest("root"), h.guest("ada")
		h.must(ada.Call(h.ctx, "lobby", "list", nil, nil))
		h.must(root.Call(h.ctx, "admin", "announce", map[string]string{"message": "restart\nat noon"}, nil))
		for _, g := range []*guest{root, ada} {
			h.must(g.Call(h.ctx, "lobby", "list", nil, nil))
			g.mu.Lock()
			var notice struct {
				Code    string `msgpack:"code"`
				Message string `msgpack:"message"`
			}
			if len(g.events) != 1 || g.events[0].Channel != "session" || g.events[0].Name != "notice" {
				t.Fatalf("heard %v", g.events)
			}
			h.must(protocol.DecodePayload(g.events[0].Payload, &notice))
			g.mu.Unlock()
			if notice.Code != "announcement" || notice.Message != "restartat noon" {
				t.Errorf("%+v", notice)
			}
		}
		for _, message := range []string{"", " \n", strings.Repeat("x", 501)} {
			h.refusedWith(protocol.CodeBadPayload, root.Call(h.ctx, "admin", "announce", map[string]string{"message": message}, nil))
		}
	})
}
