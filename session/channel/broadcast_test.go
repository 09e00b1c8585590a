package channel_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

func TestABroadcastReachesWhomItMeansOnceAndNobodyElse(t *testing.T) {
	ch := shop()
	other := channel.New("other", channel.Config{})
	inHouse(t, set(ch, other), func(h *house) {
		ann, ann2, bob, eve := h.join("ann"), h.join("ann"), h.join("bob"), h.join("eve")
		out := h.join("out") // no member
		_, err := out.ask("session", "close", name("shop"))
		h.must(err)
		h.must(ch.Join(ann.session, "hats", "shoes"))
		h.must(ch.Join(bob.session, "hats"))
		h.must(ch.Join(eve.session, "shoes"))
		everyone := map[string]*client{"ann": ann, "ann2": ann2, "bob": bob, "eve": eve, "out": out}
		for name, tc := range map[string]struct {
			to   channel.Audience
			want string
		}{
			"all":                      {ch.All(), "ann ann2 bob eve"},
			"all but a session":        {ch.All().ExceptSessions(ann.session), "ann2 bob eve"},
			"a room":                   {ch.Rooms("hats"), "ann bob"},
			"a room but the sender":    {ch.Rooms("hats").ExceptSessions(bob.session), "ann"},
			"a union":                  {ch.Rooms("hats", "shoes"), "ann bob eve"},
			"a union with itself":      {ch.Rooms("hats", "hats").AndRooms("hats"), "ann bob"},
			"a room but another":       {ch.Rooms("hats", "shoes").ExceptRooms("shoes"), "bob"},
			"a user on all sessions":   {ch.Users("ann"), "ann ann2"},
			"a user and a room":        {ch.Users("ann").AndRooms("hats"), "ann ann2 bob"},
			"all and a room":           {ch.All().AndRooms("hats"), "ann ann2 bob eve"},
			"all but a user":           {ch.All().ExceptUsers("ann"), "bob eve"},
			"sessions":                 {ch.Sessions(ann2.session, out.session), "ann2"},
			"sessions and a user":      {ch.Sessions(bob.session).AndUsers("bob"), "bob"},
			"no member":                {ch.Users("out"), ""},
			"a room that is not there": {ch.Rooms("gloves"), ""},
			"nobody":                   {ch.Rooms(), ""},
			"nothing":                  {channel.Audience{}, ""},
			"a channel of nobody":      {other.All(), ""},
		} {
			n, err := tc.to.Emit("sale", map[string]int{"percent": 10})
			h.must(err)
			var heard []string
			for _, who := range []string{"ann", "ann2", "bob", "eve", "out"} {
				switch events := everyone[who].heard(); events {
				case "shop/sale":
					heard = append(heard, who)
				case "":
				default:
					t.Errorf("%s: %s heard %s", name, who, events)
				}
			}
			if got := strings.Join(heard, " "); got != tc.want || n != len(heard) {
				t.Errorf("%s: heard by %q, %d reached, expected %q", name, got, n, tc.want)
			}
		}
	})
}

func TestOthersAreAllButTheCaller(t *testing.T) {
	ch := shop()
	channel.On(ch, "shout", func(c *channel.Call, p struct {
		Room string `msgpack:"room,omitempty"`
	},
	) (any, error) {
		to := c.Others()
		if p.Room != "" {
			if err := c.Join(p.Room); err != nil {
				return nil, err
			}
			to = c.OthersIn(p.Room)
			defer c.Leave(p.Room)
		}
		n, err := to.Emit("shout", nil)
		return map[string]int{"reached": n}, err
	})
	inHouse(t, set(ch), func(h *house) {
		ann, bob := h.join("ann"), h.join("bob")
		_, err := ann.ask("shop", "shout", nil)
		h.must(err)
		if a, b := ann.heard(), bob.heard(); a != "" || b != "shop/shout" {
			t.Errorf("%q, %q", a, b)
		}
		h.must(ch.Join(bob.session, "hats"))
		_, err = ann.ask("shop", "shout", map[string]string{"room": "hats"})
		h.must(err)
		if a, b := ann.heard(), bob.heard(); a != "" || b != "shop/shout" {
			t.Errorf("%q, %q", a, b)
		}
	})
}

// The rule is asked at the join and at the broadcast: who lost a right between the two hears nothing, even if nobody took them out.
func TestWhatAUserMayNotSeeIsNotSentToThem(t *testing.T) {
	var shut atomic.Bool
	ch := shop(func(cfg *channel.Config) {
		cfg.MaySee = func(who session.Identity, room string) bool {
			return room != "vault" || who.HasRole("staff") && !shut.Load()
		}
	})
	inHouse(t, set(ch), func(h *house) {
		ann, bob := h.join("ann"), h.join("bob", "staff")
		if err := ch.Join(ann.session, "vault"); err == nil {
			t.Error("joined")
		}
		h.must(ch.Join(ann.session, "hall"))
		h.must(ch.Join(bob.session, "vault", "hall"))
		h.must(emit(ch.Rooms("vault"), "gold"))
		if a, b := ann.heard(), bob.heard(); a != "" || b != "shop/gold" {
			t.Errorf("%q, %q", a, b)
		}
		shut.Store(true)
		h.must(emit(ch.Rooms("vault"), "gold"))
		if b := bob.heard(); b != "" {
			t.Errorf("heard %q", b)
		}
		if n := h.set.Counters().Drops[channel.DropUnseen].Load(); n != 1 {
			t.Errorf("%d counted", n)
		}
		h.must(emit(ch.Rooms("vault", "hall"), "gold")) // by way of the hall
		if b := bob.heard(); b != "shop/gold" {
			t.Errorf("heard %q", b)
		}
		h.set.Changed(bob.session)
		if rooms := ch.RoomsOf(bob.session); len(rooms) != 1 || rooms[0] != "hall" {
			t.Errorf("in %v", rooms)
		}
	})
}

func emit(to channel.Audience, name string) error {
	_, err := to.Emit(name, nil)
	return err
}

func TestABroadcastThatNoClientCouldReadIsAnError(t *testing.T) {
	ch := shop()
	inHouse(t, set(ch), func(h *house) {
		ann := h.join("ann")
		for name, payload := range map[string]any{
			"sale": []int{1}, "Big Sale": nil, "": nil, "big": map[string]string{"x": strings.Repeat("x", protocol.MaxPayload)},
			"odd": map[string]any{"f": make(chan int)},
		} {
			if _, err := ch.All().Emit(name, payload); err == nil {
				t.Errorf("%s: sent", name)
			}
		}
		if heard := ann.heard(); heard != "" {
			t.Errorf("heard %s", heard)
		}
	})
}

func TestRoomsAreBounded(t *testing.T) {
	ch := shop(func(cfg *channel.Config) { cfg.MaxRooms = 2 })
	inHouse(t, set(ch), func(h *house) {
		ann := h.join("ann")
		h.must(ch.Join(ann.session, "a", "b", "a"))
		for _, room := range []string{"c", "", strings.Repeat("r", 129)} {
			if err := ch.Join(ann.session, room); err == nil {
				t.Errorf("%q joined", room)
			}
		}
		ch.Leave(ann.session, "a", "a", "nowhere")
		ch.Leave(ann.session, "a")
		h.must(ch.Join(ann.session, "c"))
		if ch.CountRooms() != 2 {
			t.Errorf("%d rooms", ch.CountRooms())
		}
	})
}

// Random joins and leaves, against a model as simple as can be.
func TestRoomsAgreeWithAModel(t *testing.T) {
	ch := shop()
	inHouse(t, set(ch), func(h *house) {
		rng := rand.New(rand.NewPCG(1, 2))
		clients := make([]*client, 6)
		for i := range clients {
			clients[i] = h.join(fmt.Sprint("user", i/2))
		}
		in := map[string]map[int]bool{"a": {}, "b": {}, "c": {}}
		rooms := []string{"a", "b", "c"}
		for range 500 {
			i, room := rng.IntN(len(clients)), rooms[rng.IntN(len(rooms))]
			if rng.IntN(2) == 0 {
				h.must(ch.Join(clients[i].session, room))
				in[room][i] = true
			} else {
				ch.Leave(clients[i].session, room)
				delete(in[room], i)
			}
			one, two, not := rooms[rng.IntN(3)], rooms[rng.IntN(3)], rooms[rng.IntN(3)]
			want := 0
			for i := range clients {
				if (in[one][i] || in[two][i]) && !in[not][i] {
					want++
				}
			}
			if got := len(ch.Rooms(one, two).ExceptRooms(not).Members()); got != want {
				t.Fatalf("%s and %s but %s: %d, expected %d", one, two, not, got, want)
			}
			there := 0
			for _, room := range rooms {
				there += min(1, len(in[room]))
			}
			if ch.CountRooms() != there {
				t.Fatalf("%d rooms, expected %d", ch.CountRooms(), there)
			}
		}
	})
}
