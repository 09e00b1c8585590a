package lobby_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// chat sends a request of the channel "chat" as a client does.
func (w *world) chat(p *person, name string, payload any) (map[string]any, error) {
	w.t.Helper()
	return w.through(w.ChatRequest, p, name, payload)
}

// said is what a person was told of the chat, a line for each event, in order.
func (p *person) said() []string {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var lines []string
	for _, e := range p.events {
		if e.channel != "chat" {
			continue
		}
		v := decoded[struct {
			User   string `msgpack:"user"`
			Text   string `msgpack:"text"`
			On     bool   `msgpack:"on"`
			Reason string `msgpack:"reason"`
		}](p.t, e.payload)
		lines = append(lines, strings.TrimRight(map[string]string{
			"message": fmt.Sprint("says ", v.User, " ", v.Text),
			"typing":  fmt.Sprint("types ", v.User, " ", v.On),
			"joined":  fmt.Sprint("joined ", v.User),
			"left":    fmt.Sprint("left ", v.User, " ", v.Reason),
		}[e.name], " "))
	}
	return lines
}

func (w *world) heard(p *person, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, p.said()); diff != "" {
		w.t.Errorf("%s was told otherwise:\n%s", p.user, diff)
	}
}

func texts(h lobby.ChatHistory) (all []string) {
	for _, m := range h.Messages {
		all = append(all, m.Text)
	}
	return all
}

func TestEveryoneInALobbyHearsTheSameMessagesAndNobodyElseDoes(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room, others := w.room(2, lobby.Options{}), w.room(2, lobby.Options{})
		before := time.Now()
		hello, err := w.Say(w.ctx, room[0], "hello")
		w.must(err)
		_, err = w.Say(w.ctx, room[1], "hi")
		w.must(err)
		if hello.ID != 1 || hello.User != room[0].user || hello.Name != room[0].name || hello.At != before.UnixMilli() {
			t.Errorf("the message is %+v", hello)
		}
		w.heard(room[0], "joined user-2", "says user-1 hello", "says user-2 hi")
		w.heard(room[1], "says user-1 hello", "says user-2 hi")
		w.heard(others[1])
		_, err = w.Say(w.ctx, w.person(), "anyone?")
		w.refused(err, protocol.CodeNotFound, "")
	})
}

func TestJoinersAndLeaversAreAnnouncedToTheOthersWithTheReason(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(4, lobby.Options{})
		w.must(w.Leave(w.ctx, room[1]))
		w.must(w.Kick(w.ctx, room[0], room[2].user))
		w.Forget(room[3], lobby.Expired)
		w.heard(room[0], "joined user-2", "joined user-3", "joined user-4", "left user-2 left", "left user-3 kicked", "left user-4 expired")
		w.heard(room[3], "left user-2 left", "left user-3 kicked")
	})
}

func TestTextsAreCleanedAndBounded(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		for text, want := range map[string]string{
			"  plain \n":             "plain",
			"two\r\nlines\tand":      "two  lines and",
			"a\x00b\x1b[31mc\x7f":    "ab[31mc",
			"abc\u202edcba\u2066":    "abcdcba",
			"bad \xff\xfe bytes":     "bad  bytes",
			"👩\u200d🚀 ok":            "👩\u200d🚀 ok",
			"<b>it stays</b>":        "<b>it stays</b>",
			strings.Repeat("ä", 500): strings.Repeat("ä", 500),
		} {
			said, err := w.Say(w.ctx, room[0], text)
			w.must(err)
			if said.Text != want {
				t.Errorf("%q became %q, want %q", text, said.Text, want)
			}
			w.settle()
		}
		for _, text := range []string{"", " \n ", "\u200d\u200d", "\u202e\x00", strings.Repeat("ä", 501)} {
			_, err := w.Say(w.ctx, room[0], text)
			w.refused(err, protocol.CodeBadPayload, "text")
		}
	})
}

func TestWhoSaysTooMuchIsRefusedAndLeavingIsNoWayRoundIt(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		code := w.stateOf(room[0]).Code
		flood := func(p *person) (taken int) {
			for range 20 {
				if _, err := w.Say(w.ctx, p, "spam"); err == nil {
					taken++
				} else {
					w.refused(err, protocol.CodeRateLimited, "")
				}
			}
			return taken
		}
		if n := flood(room[1]); n != 5 {
			t.Errorf("%d messages were taken at once, want 5", n)
		}
		w.must(w.Leave(w.ctx, room[1]))
		_, err := w.Join(w.ctx, room[1], lobby.JoinOptions{Code: code})
		w.must(err)
		if n := flood(room[1]); n != 0 {
			t.Errorf("%d more were taken after leaving and coming back", n)
		}
		if n := flood(room[0]); n != 5 {
			t.Errorf("%d messages of someone else were taken, want 5", n)
		}
		time.Sleep(2 * time.Second)
		if n := flood(room[1]); n != 2 {
			t.Errorf("%d were taken after two seconds, want 2", n)
		}
	})
}

func TestLateJoinersGetTheHistoryAsFarAsItIsKept(t *testing.T) {
	inWorld(t, func(cfg *lobby.Config) {
		cfg.Chat = lobby.ChatConfig{Rate: 100, Burst: 100, KeptMessages: 4, KeptBytes: 10, KeptFor: time.Minute}
	}, func(w *world) {
		room := w.room(2, lobby.Options{})
		for _, text := range []string{"1", "2", "3", "4", "5"} {
			_, err := w.Say(w.ctx, room[1], text)
			w.must(err)
		}
		w.must(w.Leave(w.ctx, room[1])) // what they said stays
		h, err := w.History(w.ctx, w.join(w.stateOf(room[0]).Code), 0)
		w.must(err)
		if diff := cmp.Diff([]string{"2", "3", "4", "5"}, texts(h)); diff != "" || h.Last != 5 || h.Messages[0].ID != 2 {
			t.Errorf("up to %d:\n%s", h.Last, diff)
		}
	})
}

func TestTheHistoryIsBoundedByBytesAndAge(t *testing.T) {
	inWorld(t, func(cfg *lobby.Config) {
		cfg.Chat = lobby.ChatConfig{Rate: 100, Burst: 100, KeptMessages: 4, KeptBytes: 10, KeptFor: time.Minute}
	}, func(w *world) {
		host := w.room(2, lobby.Options{})[0]
		kept := func(after uint32, want ...string) {
			t.Helper()
			h, err := w.History(w.ctx, host, after)
			w.must(err)
			if diff := cmp.Diff(want, texts(h)); diff != "" {
				t.Errorf("kept:\n%s", diff)
			}
			if n := w.counters.Kept.Load(); n != int64(len(want)) && after == 0 {
				t.Errorf("%d are counted, want %d", n, len(want))
			}
		}
		say := func(text string) {
			_, err := w.Say(w.ctx, host, text)
			w.must(err)
		}
		say("four")
		time.Sleep(10 * time.Second)
		say("five5")
		kept(0, "four", "five5")
		kept(1, "five5")
		kept(2)
		time.Sleep(50 * time.Second)
		kept(0, "five5")
		say("sixsix")
		kept(0, "sixsix")
		say("longer than all that is kept")
		kept(0, "longer than all that is kept")
		time.Sleep(time.Minute)
		kept(0)
	})
}

func TestTypingEndsByItselfAndWithEveryWayOfStopping(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{})
		typer, other := room[1], room[2]
		heard := func(lines ...string) {
			t.Helper()
			w.settle()
			w.heard(other, lines...)
			other.forget()
			if n := w.counters.Typing.Load(); n != 0 {
				t.Errorf("%d type", n)
			}
		}
		on, off := "types user-2 true", "types user-2 false"
		w.settle()
		other.forget()

		began := time.Now()
		w.must(w.Typing(w.ctx, typer, true))
		time.Sleep(3 * time.Second)
		w.must(w.Typing(w.ctx, typer, true)) // goes on, and is not told again
		if h, err := w.History(w.ctx, room[0], 0); err != nil || !slices.Equal(h.Typing, []string{typer.user}) {
			t.Errorf("%v type, %v", h.Typing, err)
		}
		time.Sleep(10 * time.Second)
		if told := other.told("chat", "typing"); len(told) != 2 || told[1].at.Sub(began) != 8*time.Second {
			t.Errorf("told of typing %d times", len(told))
		}
		heard(on, off)

		for name, stop := range map[string]func() error{
			"off":  func() error { return w.Typing(w.ctx, typer, false) },
			"away": func() error { return w.SetAway(w.ctx, typer, true) },
			"mute": func() error { return w.Mute(w.ctx, room[0], typer.user, true) },
		} {
			w.must(w.Mute(w.ctx, room[0], typer.user, false))
			w.must(w.Typing(w.ctx, typer, true))
			w.must(stop())
			t.Log(name)
			heard(on, off)
		}
		w.must(w.Mute(w.ctx, room[0], typer.user, false))
		w.must(w.Typing(w.ctx, typer, true))
		_, err := w.Say(w.ctx, typer, "done")
		w.must(err)
		heard(on, off, "says user-2 done")
		w.must(w.Typing(w.ctx, typer, false)) // was over
		w.must(w.Typing(w.ctx, typer, true))
		w.must(w.Leave(w.ctx, typer))
		heard(on, off, "left user-2 left")
		if told := typer.told("chat", "typing"); len(told) != 0 {
			t.Errorf("the one who types was told so %d times", len(told))
		}
	})
}

func TestTypingOnAndOffIsLimited(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		for i := range 40 {
			if err := w.Typing(w.ctx, room[0], i%2 == 0); err != nil {
				w.refused(err, protocol.CodeRateLimited, "")
			}
		}
		if told := room[1].told("chat", "typing"); len(told) != 10 {
			t.Errorf("40 changes were told as %d, want 10", len(told))
		}
	})
}

func TestTheHostMutesAndTheMutedStaysSoThroughLeavingAndComingBack(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{})
		host, loud := room[0], room[1]
		code := w.stateOf(host).Code
		silenced := func(want bool) {
			t.Helper()
			_, err := w.Say(w.ctx, loud, "psst")
			typing := w.Typing(w.ctx, loud, true)
			for _, m := range w.stateOf(host).Members {
				if m.User == loud.user && m.Muted != want {
					t.Errorf("the state says muted is %v", m.Muted)
				}
			}
			if !want {
				w.must(err)
				w.must(typing)
				return
			}
			w.refused(err, protocol.CodeForbidden, "")
			w.refused(typing, protocol.CodeForbidden, "")
		}
		w.refused(w.Mute(w.ctx, loud, host.user, true), protocol.CodeForbidden, "")
		w.refused(w.Mute(w.ctx, host, "nobody", true), protocol.CodeNotFound, "user")
		w.refused(w.Mute(w.ctx, host, host.user, true), protocol.CodeForbidden, "")
		silenced(false)
		w.must(w.Mute(w.ctx, host, loud.user, true))
		silenced(true)
		w.must(w.Leave(w.ctx, loud))
		time.Sleep(5 * time.Minute)
		_, err := w.Join(w.ctx, loud, lobby.JoinOptions{Code: code})
		w.must(err)
		silenced(true)
		w.must(w.Mute(w.ctx, host, loud.user, false))
		silenced(false)

		// Who becomes host can end it themselves.
		w.must(w.Mute(w.ctx, host, loud.user, true))
		w.must(w.HandOver(w.ctx, host, loud.user))
		w.must(w.Mute(w.ctx, loud, loud.user, false))
		silenced(false)
	})
}

func TestNothingOfAChatIsLeftWhenItsMembersOrItsLobbyAreGone(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.roomOf("crowd", 1, lobby.Options{MaxPlayers: of(60)})[0]
		code := w.stateOf(host).Code
		for i := range 50 {
			p := w.join(code)
			_, err := w.Say(w.ctx, p, "hello")
			w.must(err)
			w.must(w.Typing(w.ctx, p, true))
			switch i % 3 {
			case 0:
				w.must(w.Kick(w.ctx, host, p.user))
			case 1:
				w.must(w.Mute(w.ctx, host, p.user, true))
				w.must(w.Leave(w.ctx, p))
			case 2:
				w.Forget(p, lobby.Expired)
			}
		}
		left := func(talkers, kept int64) {
			t.Helper()
			if n := w.counters.Talkers.Load(); n != talkers {
				t.Errorf("%d users are remembered, want %d", n, talkers)
			}
			if n := w.counters.Typing.Load(); n != 0 {
				t.Errorf("%d type", n)
			}
			if n := w.counters.Kept.Load(); n != kept {
				t.Errorf("%d messages are kept, want %d", n, kept)
			}
		}
		left(51, 50)
		w.settle()
		time.Sleep(6 * time.Second)
		left(1+17+17, 50) // the host, who is kicked and who is muted
		time.Sleep(time.Minute)
		left(1+17, 50)
		time.Sleep(10 * time.Minute)
		left(1, 50)
		time.Sleep(time.Hour)
		left(1, 0)

		late := w.join(code)
		_, err := w.Say(w.ctx, late, "bye")
		w.must(err)
		w.must(w.Typing(w.ctx, late, true))
		w.must(w.Leave(w.ctx, host))
		w.must(w.Leave(w.ctx, late))
		left(0, 0)

		room := w.room(3, lobby.Options{})
		w.must(w.Typing(w.ctx, room[1], true))
		w.stop()
		left(0, 0)
	})
}

func TestChatRequestsHaveTheFieldsOfTheProtocolAndNameTheWrongOne(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		said, err := w.chat(room[0], "say", fields{"text": "hello"})
		w.must(err)
		same(t, "say", said, "at", "id", "name", "text", "user")
		history, err := w.chat(room[1], "history", nil)
		w.must(err)
		same(t, "history", history, "last", "messages", "typing")
		same(t, "a message", history["messages"].([]any)[0], "at", "id", "name", "text", "user")
		history, err = w.chat(room[1], "history", fields{"after": 1})
		w.must(err)
		if list, ok := history["messages"].([]any); !ok || len(list) != 0 {
			t.Errorf("after the last come %v", history["messages"])
		}
		for _, q := range []struct {
			name    string
			payload fields
		}{{"typing", fields{"on": true}}, {"mute", fields{"user": room[1].user, "on": true}}} {
			if reply, err := w.chat(room[0], q.name, q.payload); reply != nil || err != nil {
				t.Errorf("%s: %v, %v", q.name, reply, err)
			}
		}

		for _, q := range []struct {
			name, code, field string
			payload           any
		}{
			{"say", protocol.CodeBadPayload, "text", nil},
			{"say", protocol.CodeBadPayload, "text", fields{"text": 7}},
			{"say", protocol.CodeBadPayload, "text", fields{"text": []byte("bytes")}},
			{"say", protocol.CodeBadPayload, "", []int{1}},
			{"typing", protocol.CodeBadPayload, "on", fields{"on": "yes"}},
			{"history", protocol.CodeBadPayload, "after", fields{"after": -1}},
			{"history", protocol.CodeBadPayload, "after", fields{"after": 1 << 32}},
			{"mute", protocol.CodeBadPayload, "user", fields{"on": true}},
			{"mute", protocol.CodeBadPayload, "on", fields{"user": "x"}},
			{"shout", protocol.CodeUnknownRequest, "", nil},
		} {
			_, err := w.chat(room[0], q.name, q.payload)
			w.refused(err, q.code, q.field)
		}
		if n := w.counters.Refusals(protocol.CodeBadPayload); n != 9 {
			t.Errorf("%d refusals are counted, want 9", n)
		}
	})
}

func TestAChatThatCannotWorkIsRefusedAtStart(t *testing.T) {
	for name, chat := range map[string]lobby.ChatConfig{
		"runes": {MaxRunes: -1}, "rate": {Rate: -1}, "burst": {Burst: -1}, "messages": {KeptMessages: -1}, "bytes": {KeptBytes: -1},
		"age": {KeptFor: -1}, "typing": {Typing: -1},
	} {
		cfg := lobby.Config{Kinds: []match.Kind{toyKind}, NewMatch: (&world{}).newMatch, Chat: chat}
		if _, err := lobby.NewDirectory(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
