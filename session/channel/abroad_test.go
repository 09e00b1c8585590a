package channel_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/channel"
)

// inTwoHouses runs a test with two nodes of one service, whose sets tell each other.
func inTwoHouses(t *testing.T, test func(here, there *house, a, b *channel.Channel)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a, b := shop(), shop()
		var here, there *house
		deliver := func(to **house) func([]byte) {
			return func(b []byte) {
				if _, err := (*to).set.Deliver(b); err != nil {
					t.Error(err)
				}
			}
		}
		first, second := set(a), set(b)
		first.Abroad, second.Abroad = deliver(&there), deliver(&here)
		here, there = newHouse(t, first), newHouse(t, second)
		defer here.close()
		defer there.close()
		test(here, there, a, b)
	})
}

func TestABroadcastReachesMembersOnOtherNodesOnce(t *testing.T) {
	inTwoHouses(t, func(here, there *house, a, b *channel.Channel) {
		ann, bob, eve := here.join("ann"), there.join("bob"), there.join("eve")
		here.must(a.Join(ann.session, "hats"))
		there.must(b.Join(bob.session, "hats"))
		everyone := map[string]*client{"ann": ann, "bob": bob, "eve": eve}
		for name, tc := range map[string]struct {
			to   channel.Audience
			want string
			here int
		}{
			"all":                       {a.All(), "ann bob eve", 1},
			"all, from there":           {b.All(), "ann bob eve", 2},
			"a room":                    {a.Rooms("hats"), "ann bob", 1},
			"a user there":              {a.Users("eve"), "eve", 0},
			"all but a user there":      {a.All().ExceptUsers("eve"), "ann bob", 1},
			"all but a room":            {a.All().ExceptRooms("hats"), "eve", 0},
			"all but a session of here": {a.All().ExceptSessions(ann.session), "bob eve", 0},
			"a session of here":         {a.Sessions(ann.session), "ann", 1},
		} {
			n, err := tc.to.Emit("sale", map[string]int{"percent": 10})
			here.must(err)
			var heard []string
			for _, who := range []string{"ann", "bob", "eve"} {
				if everyone[who].heard() == "shop/sale" {
					heard = append(heard, who)
				}
			}
			if got := strings.Join(heard, " "); got != tc.want || n != tc.here {
				t.Errorf("%s: heard by %q, %d reached here, expected %q and %d", name, got, n, tc.want, tc.here)
			}
		}
	})
}

func TestWhatIsNoBroadcastIsRefused(t *testing.T) {
	inTwoHouses(t, func(here, _ *house, a, _ *channel.Channel) {
		var said []byte
		other := shop()
		cfg := set(other)
		cfg.Abroad = func(b []byte) { said = b }
		if _, err := channel.NewSet(cfg); err != nil {
			t.Fatal(err)
		}
		if _, err := other.All().Emit("sale", nil); err != nil || said == nil {
			t.Fatal(err)
		}
		for what, b := range map[string][]byte{"nothing": nil, "cut": said[:len(said)-1], "longer": append(said[:len(said):len(said)], 0xc0), "another": {0x91, 1}} {
			if _, err := here.set.Deliver(b); !errors.Is(err, protocol.ErrMalformed) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := here.set.Deliver([]byte(strings.Replace(string(said), "shop", "flop", 1))); err == nil {
			t.Error("an event for a channel that is not here is taken")
		}
	})
}
