package shared

import (
	"fmt"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
)

func full(members, user, name, chat int) record {
	r := record{Opened: 1, Saved: lobby.Saved{ID: "id", Game: "toy", Result: &lobby.Result{Reason: "ended", Data: encode(strings.Repeat("r", 3000))}}}
	for i := range members {
		r.Saved.Members = append(r.Saved.Members, lobby.SavedMember{
			User: fmt.Sprintf("%0*d", user, i), Name: strings.Repeat("n", name), Spectator: i >= 64,
		})
	}
	for i := range chat {
		r.Saved.Chat = append(r.Saved.Chat, lobby.ChatMessage{ID: uint32(i + 1), User: "u", Text: strings.Repeat("t", 400)})
	}
	return r
}

func TestAnEntryHoldsWhatThereIsRoomFor(t *testing.T) {
	for _, c := range []struct {
		name                string
		r                   record
		cut, results, named bool
		members, chats      int
	}{
		{"little", full(4, 36, 8, 2), false, true, true, 4, 2},
		{"much chat", full(4, 36, 8, 100), true, true, true, 4, 10},
		{"many members", full(96, 36, 12, 10), true, false, true, 96, 0},
		{"long names", full(96, 36, 96, 10), true, false, false, 96, 0},
		{"longest users", full(96, 128, 96, 10), true, false, false, 40, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, cut := c.r.fit()
			if len(data) > cluster.MaxRecord || cut != c.cut {
				t.Fatalf("%d bytes, cut: %v", len(data), cut)
			}
			back, err := parse(cluster.Lobby{ID: "id", Data: data})
			if err != nil {
				t.Fatal(err)
			}
			s := back.Saved
			if len(s.Members) < c.members || (s.Members[0].Name != "") != c.named || (len(s.Result.Data) > 1) != c.results || len(s.Chat) < c.chats {
				t.Errorf("%d members, the first called %q, result of %d bytes, %d messages", len(s.Members), s.Members[0].Name, len(s.Result.Data), len(s.Chat))
			}
			if n := len(s.Chat); n > 0 && s.Chat[n-1].ID != c.r.Saved.Chat[len(c.r.Saved.Chat)-1].ID {
				t.Error("the newest message is not kept")
			}
		})
	}
}

func FuzzEntriesAndMessagesAreReadOrRefused(f *testing.F) {
	data, _ := full(3, 8, 4, 2).fit()
	f.Add(data)
	f.Add(encode(&attaching{Lobby: "l", Guests: []attachment{{User: "u"}}}))
	f.Add(encode(&emission{Lobby: "l", Payload: []byte("p")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := parse(cluster.Lobby{ID: "id", Data: b}); err == nil {
			if again, _ := r.fit(); len(again) > cluster.MaxRecord {
				t.Errorf("an entry of %d bytes became one of %d", len(b), len(again))
			}
		}
		_, _ = decoded[attaching](b)
		_, _ = decoded[attached](b)
		_, _ = decoded[emission](b)
		_, _ = decoded[taking](b)
		_, _ = decoded[asking](b)
	})
}
