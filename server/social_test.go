package server_test

import (
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/server"
)

// diary is what a guest was told of chat and presence, a line for each event, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(words ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, strings.TrimSuffix(fmt.Sprintln(words...), "\n"))
}

// read waits until everything that is going to happen by itself at once has, and takes the lines out.
func (d *diary) read() string {
	time.Sleep(time.Second)
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	lines := strings.Join(d.lines, ", ")
	d.lines = nil
	return lines
}

// writer is a guest with a diary.
func (h *house) writer(name string) (*guest, *diary) {
	d := &diary{}
	return h.guestWith(client.Config{Name: name, NetDial: h.net.dial, Handlers: client.Handlers{
		Message:  func(m client.ChatMessage) { d.note(m.Name, "says", m.Text) },
		Typing:   func(t client.ChatTyping) { d.note("typing", t.On) },
		Joined:   func(j client.ChatJoined) { d.note(j.Name, "joined as", j.Role) },
		Left:     func(l client.ChatLeft) { d.note(l.Name, l.Reason) },
		Presence: func(p client.Presence) { d.note("is", p.State) },
	}}), d
}

func TestALobbyChatsOverTheWireAndWhoWasAwayMissesNothing(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada, adas := h.writer("ada")
		state, err := ada.Lobby().Create(h.ctx, client.NewLobby{Game: "tally"})
		h.must(err)
		bob, bobs := h.writer("bob")
		_, err = bob.Lobby().Join(h.ctx, state.ID, false)
		h.must(err)
		h.must(bob.Chat().Typing(h.ctx, true))
		said, err := bob.Chat().Say(h.ctx, "hello\n")
		h.must(err)
		if got, want := adas.read(), "bob joined as player, typing true, typing false, bob says hello"; got != want {
			t.Errorf("ada was told %q, want %q", got, want)
		}
		if got, want := bobs.read(), "bob says hello"; got != want {
			t.Errorf("bob was told %q, want %q", got, want)
		}

		h.net.cutOff.Store(true)
		bob.Cut()
		_, err = ada.Chat().Say(h.ctx, "are you there?")
		h.must(err)
		h.net.cutOff.Store(false)
		time.Sleep(10 * time.Second)
		if got, want := bobs.read(), "ada says are you there?"; got != want {
			t.Errorf("bob was told %q after coming back, want %q", got, want)
		}
		late, err := bob.Chat().History(h.ctx, said.ID)
		h.must(err)
		if len(late.Messages) != 1 || late.Messages[0].Name != "ada" || late.Last != 2 {
			t.Errorf("the history is %+v", late)
		}

		h.must(ada.Chat().Mute(h.ctx, bob.Session().User, true))
		if _, err := bob.Chat().Say(h.ctx, "psst"); err == nil {
			t.Error("the muted spoke")
		}
		h.must(ada.Lobby().Kick(h.ctx, bob.Session().User))
		if _, err := bob.Lobby().Join(h.ctx, state.ID, false); err == nil {
			t.Error("the kicked came back at once")
		}
		if got, want := adas.read(), "ada says are you there?, bob kicked"; got != want {
			t.Errorf("ada was told %q, want %q", got, want)
		}
	})
}

func TestALobbyIsToldWhyAMemberWhoseSessionIsOverWentAway(t *testing.T) {
	bubble(t, server.Config{Middleware: []server.Middleware{crown}}, func(h *house) {
		root, roots := h.writer("root")
		state, err := root.Lobby().Create(h.ctx, client.NewLobby{Game: "tally"})
		h.must(err)
		var in [3]*guest
		for i, name := range []string{"ada", "bob", "eve"} {
			in[i] = h.guest(name)
			_, err = in[i].Lobby().Join(h.ctx, state.ID, false)
			h.must(err)
		}
		ada, bob, eve := in[0], in[1], in[2]
		roots.read()
		h.must(ada.Bye(h.ctx))
		if got, want := roots.read(), "ada left"; got != want {
			t.Errorf("after a bye root was told %q, want %q", got, want)
		}
		h.must(root.Call(h.ctx, "admin", "kick", map[string]string{"user": bob.Session().User}, nil))
		if got, want := roots.read(), "bob kicked"; got != want {
			t.Errorf("after a kick root was told %q, want %q", got, want)
		}
		h.net.cutOff.Store(true)
		eve.Cut()
		eve.cancel() // cannot say bye
		time.Sleep(2 * time.Minute)
		if got, want := roots.read(), "eve expired"; got != want {
			t.Errorf("after the grace root was told %q, want %q", got, want)
		}
	})
}

func TestPresenceFollowsAPlayerThroughLobbyMatchAndReload(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		eve, eves := h.writer("eve")
		ada := h.guest("ada")
		room := ada.hostAny()
		user := ada.Session().User
		now, err := eve.Presences().Watch(h.ctx, user)
		h.must(err)
		if len(now) != 1 || now[0].State != "match" || now[0].User != user {
			t.Errorf("ada is %+v in a match", now)
		}
		eves.read()
		ada.Cut() // it comes back at once
		ada.room(room)
		if got := eves.read(); got != "" {
			t.Errorf("a reload was told as %q", got)
		}
		h.must(ada.Lobby().Leave(h.ctx))
		_, err = ada.Lobby().Create(h.ctx, client.NewLobby{Game: "tally"})
		h.must(err)
		if got, want := eves.read(), "is online, is lobby"; got != want {
			t.Errorf("eve was told %q, want %q", got, want)
		}
		if own, err := ada.Presences().SetAway(h.ctx, true); err != nil || own.State != "away" {
			t.Errorf("ada is %+v, %v", own, err)
		}
		ada.cancel() // says bye
		time.Sleep(3 * time.Second)
		if got, want := eves.read(), "is away, is offline"; got != want {
			t.Errorf("eve was told %q, want %q", got, want)
		}
		h.must(eve.Presences().Unwatch(h.ctx, user))
	})
}

func TestMembersOfALobbyFollowEachOther(t *testing.T) {
	bubble(t, server.Config{MayWatch: func(string, string) bool { return false }}, func(h *house) {
		ada, adas := h.writer("ada")
		state, err := ada.Lobby().Create(h.ctx, client.NewLobby{Game: "tally"})
		h.must(err)
		company, err := ada.Presences().Follow(h.ctx, true)
		h.must(err)
		if len(company) != 0 {
			t.Errorf("alone, ada sees %+v", company)
		}
		bob := h.guest("bob")
		_, err = bob.Lobby().Join(h.ctx, state.ID, false)
		h.must(err)
		adas.read()
		if _, err := ada.Presences().Watch(h.ctx, bob.Session().User); err == nil {
			t.Error("ada watches whom she may not")
		}
		h.must(ada.Lobby().Start(h.ctx))
		h.must(bob.Lobby().Leave(h.ctx))
		if got, want := adas.read(), "is match, bob left"; got != want {
			t.Errorf("ada was told %q, want %q", got, want)
		}
	})
}

func TestNothingOfChatAndPresenceIsLeftOfSessionsThatAreOver(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada := h.guest("ada")
		state, err := ada.Lobby().Create(h.ctx, client.NewLobby{Game: "tally"})
		h.must(err)
		for i := range 30 {
			p := h.guest("passer-by")
			_, err := p.Presences().Watch(h.ctx, ada.Session().User, "nobody")
			h.must(err)
			if i%10 == 0 {
				_, err = p.Lobby().Join(h.ctx, state.ID, false)
				h.must(err)
				h.must(p.Chat().Typing(h.ctx, true))
				_, err = p.Chat().Say(h.ctx, "hi")
				h.must(err)
			}
			p.cancel()
		}
		ada.cancel()
		time.Sleep(time.Minute)
		synctest.Wait()
		answer := httptest.NewRecorder()
		h.server.Handler().ServeHTTP(answer, httptest.NewRequest("GET", server.PathMetrics, nil))
		metrics, err := io.ReadAll(answer.Body)
		h.must(err)
		for _, line := range []string{
			"chat_messages_total 3", "chat_messages_kept 0", "chat_typing 0", "chat_users 0", "presence_known_users 0", "presence_watches 0",
			`presence_users{state="online"} 0`, `presence_users{state="lobby"} 0`,
		} {
			if !strings.Contains(string(metrics), "\ndeltatick_"+line+"\n") {
				t.Errorf("the metrics do not say %s", line)
			}
		}
	})
}
