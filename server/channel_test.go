package server_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

type echoed struct {
	User  string `msgpack:"user"`
	Coins int64  `msgpack:"coins"`
}

// shop answers with who asked what, and tells the others.
func shop() *channel.Channel {
	ch := channel.New("shop", channel.Config{Auto: true})
	channel.On(ch, "echo", func(c *channel.Call, p struct {
		Coins int64 `msgpack:"coins"`
	},
	) (echoed, error) {
		reply := echoed{c.User(), p.Coins}
		_, err := c.Others().Emit("echoed", reply)
		return reply, err
	})
	return ch
}

// refusedWith checks an error of a request.
func (h *house) refusedWith(code string, err error) {
	h.Helper()
	var refusal *protocol.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		h.Errorf("%v, expected %s", err, code)
	}
}

func TestAGamesOwnChannelAnswersItsRequests(t *testing.T) {
	bubble(t, server.Config{Channels: []*channel.Channel{shop()}}, func(h *house) {
		ada, bob := h.guest("ada"), h.guest("bob")
		h.must(bob.Call(h.ctx, "shop", "echo", map[string]int64{"coins": 1}, nil))
		var reply echoed
		h.must(ada.Call(h.ctx, "shop", "echo", map[string]int64{"coins": 3}, &reply))
		if reply.User == "" || reply.Coins != 3 {
			t.Errorf("reply: %+v", reply)
		}
		h.refusedWith(protocol.CodeUnknownRequest, ada.Call(h.ctx, "shop", "rob", nil, nil))
		h.refusedWith(protocol.CodeUnknownRequest, ada.Call(h.ctx, "bank", "echo", nil, nil))
		h.refusedWith(protocol.CodeBadPayload, ada.Call(h.ctx, "shop", "echo", map[string]string{"coins": "3"}, nil))
		h.must(bob.Call(h.ctx, "lobby", "list", nil, nil)) // so that what was said before it has arrived
		if heard := bob.heard(); len(heard) != 1 || heard[0] != "shop/echoed" {
			t.Errorf("heard %v", heard)
		}
	})
}

func TestAServerIsNotMadeWithWhatItCannotUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	named := func(name string) []*channel.Channel {
		return []*channel.Channel{channel.New(name, channel.Config{})}
	}
	for name, cfg := range map[string]server.Config{
		"own channel":     {Channels: named("lobby")},
		"bad channel":     {Channels: named("The Shop")},
		"twice":           {Channels: append(named("shop"), named("shop")...)},
		"small recording": {RecordMaxBytes: 1000},
		"no directory":    {RecordDir: file},
	} {
		cfg.Kinds, cfg.Guests = []match.Kind{tallyKind()}, true
		if _, err := server.New(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestWhoClosesTheLobbyChannelLeavesLobbyAndMatch(t *testing.T) {
	bubble(t, server.Config{Channels: []*channel.Channel{shop()}}, func(h *house) {
		ada, bob := h.guest("ada"), h.guest("bob")
		state, _ := ada.host(client.NewLobby{})
		bob.join(state.ID, false)
		h.must(bob.Call(h.ctx, "session", "close", map[string]string{"channel": "lobby"}, nil))
		h.refusedWith(protocol.CodeForbidden, bob.Call(h.ctx, "lobby", "list", nil, nil))
		h.must(bob.Call(h.ctx, "shop", "echo", map[string]int64{"coins": 1}, nil))
		var list struct {
			Lobbies []struct {
				Players int `msgpack:"players"`
			} `msgpack:"lobbies"`
		}
		h.must(ada.Call(h.ctx, "lobby", "list", nil, &list))
		if len(list.Lobbies) != 1 || list.Lobbies[0].Players != 1 {
			t.Errorf("%+v", list)
		}
		h.must(bob.Call(h.ctx, "session", "open", map[string]string{"channel": "lobby"}, nil))
		bob.join(state.ID, false)
	})
}

func TestWhoClosesTheChatHearsNothingOfItUntilItIsOpenAgain(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada, bob := h.guest("ada"), h.guest("bob")
		state, _ := ada.host(client.NewLobby{})
		bob.join(state.ID, false)
		said := func() (n int) {
			h.must(bob.Call(h.ctx, "lobby", "list", nil, nil)) // so that what was said before it has arrived
			for _, name := range bob.heard() {
				if name == "chat/message" {
					n++
				}
			}
			return n
		}
		for i, change := range []string{"", "close", "open"} {
			if change != "" {
				h.must(bob.Call(h.ctx, "session", change, map[string]string{"channel": "chat"}, nil))
			}
			h.must(ada.Call(h.ctx, "chat", "say", map[string]string{"text": "hi"}, nil))
			if n := said(); n != 1+i/2 {
				t.Errorf("after %q: %d messages", change, n)
			}
		}
	})
}

func TestNobodyPlaysWhoMayNotUseLobbies(t *testing.T) {
	cfg := server.Config{Channels: []*channel.Channel{shop()}, AllowLobby: func(who session.Identity) error {
		if who.Name == "ada" {
			return nil
		}
		return errors.New("only ada")
	}}
	bubble(t, cfg, func(h *house) {
		ada, bob := h.guest("ada"), h.guest("bob")
		h.must(ada.Call(h.ctx, "lobby", "list", nil, nil))
		h.refusedWith(protocol.CodeForbidden, bob.Call(h.ctx, "lobby", "list", nil, nil))
		h.refusedWith(protocol.CodeForbidden, bob.Call(h.ctx, "session", "open", map[string]string{"channel": "lobby"}, nil))
		h.must(bob.Call(h.ctx, "shop", "echo", map[string]int64{"coins": 1}, nil))
	})
}

func TestWhoMayNotUseLobbiesAnyMoreKnowsToBeInNone(t *testing.T) {
	var shut atomic.Bool
	cfg := server.Config{AllowLobby: func(who session.Identity) error {
		if shut.Load() && who.Name == "bob" {
			return errors.New("not bob any more")
		}
		return nil
	}}
	bubble(t, cfg, func(h *house) {
		ada, bob := h.guest("ada"), h.guest("bob")
		state, _ := ada.host(client.NewLobby{})
		bob.join(state.ID, false)
		shut.Store(true)
		bob.Cut() // the rules are asked again when he is back
		if _, err := bob.Lobby().Await(h.ctx, func(s *client.State) bool { return s == nil }); err != nil {
			t.Errorf("bob believes to be in a lobby: %v", err)
		}
		if _, err := ada.Lobby().Await(h.ctx, func(s *client.State) bool { return len(s.Members) == 1 }); err != nil {
			t.Errorf("ada believes that bob is there: %v", err)
		}
	})
}
