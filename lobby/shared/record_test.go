package shared

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
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
	f.Add([]byte("\x82\xa1v\xce\x00\x10\x00\x00\xa5saved\xc4\x01x")) // of a newer version
	f.Add([]byte("\x81\xa1v\xdd\xff\xff\xff\xff"))                   // an array of four billion
	f.Add(encode(&attaching{Lobby: "l", Guests: []attachment{{User: "u"}}}))
	f.Add(encode(&emission{Lobby: "l", Payload: []byte("p")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := parse(cluster.Lobby{ID: "id", Data: b}); err == nil {
			if again, _ := r.fit(); len(again) > cluster.MaxRecord {
				t.Errorf("an entry of %d bytes became one of %d", len(b), len(again))
			}
		}
		readOrRefused[joining](t, b)
		readOrRefused[joined](t, b)
		readOrRefused[asking](t, b)
		readOrRefused[leaving](t, b)
		readOrRefused[having](t, b)
		readOrRefused[attaching](t, b)
		readOrRefused[attached](t, b)
		readOrRefused[overseeing](t, b)
		readOrRefused[taking](t, b)
		readOrRefused[emission](t, b)
		readOrRefused[seating](t, b)
		readOrRefused[parting](t, b)
		readOrRefused[moving](t, b)
		readOrRefused[straying](t, b)
		readOrRefused[saidID](t, b)
	})
}

// readOrRefused says that a message is refused as malformed, or is one that this node could have sent.
func readOrRefused[T any](t *testing.T, b []byte) {
	t.Helper()
	v, err := decoded[T](b)
	if err != nil {
		if !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%T is refused with %v", v, err)
		}
		return
	}
	if _, err := decoded[T](encode(&v)); err != nil {
		t.Errorf("%T that was read cannot be read again: %v", v, err)
	}
}

func TestWhatOtherNodesSayIsBoundedBeforeItIsDecoded(t *testing.T) {
	deep := append(bytes.Repeat([]byte{0x91}, protocol.MaxDepth+1), 0xc0)
	for name, b := range map[string][]byte{
		"deep":         deep,
		"long":         encode(&emission{Payload: make([]byte, peer.MaxPayload)}),
		"many":         encode(make([]bool, bounds.Values)),
		"more than is": []byte("\xdd\xff\xff\xff\xff"),
		"trailed":      append(encode(&having{Lobby: "l"}), 0xc0),
	} {
		if _, err := decoded[having](b); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := decoded[attaching](encode(&attaching{Upto: ref(time.Now().UnixMicro()), Guests: make([]attachment, cluster.MaxMembers)})); err != nil {
		t.Errorf("all members of the largest lobby: %v", err)
	}
}
