package channel_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

func TestASessionThatGoesOnElsewhereKeepsItsChannelsAndRooms(t *testing.T) {
	inTwoHouses(t, func(here, there *house, a, b *channel.Channel) {
		ann, bob := here.join("ann"), here.join("bob")
		here.must(a.Join(ann.session, "hats", "shoes"))
		_, err := bob.ask("session", "close", name("shop"))
		here.must(err)
		// The same users at the other house, as their sessions would be after the move.
		for _, c := range []*client{ann, bob} {
			luggage := here.set.Pack(c.session)
			moved := there.join(c.session.User())
			b.Close(moved.session, "test")
			there.must(there.set.Unpack(moved.session, luggage))
			there.set.Connected(moved.session)
			if got, want := b.Has(moved.session), a.Has(c.session); got != want {
				t.Errorf("%s has the channel there: %v, here: %v", c.session.User(), got, want)
			}
			if got, want := b.RoomsOf(moved.session), a.RoomsOf(c.session); !slices.Equal(got, want) {
				t.Errorf("%s is in %v there, in %v here", c.session.User(), got, want)
			}
		}
	})
}

func TestRulesOfTheNewNodeAreAskedAgain(t *testing.T) {
	a := shop()
	inHouse(t, set(a), func(h *house) {
		ann := h.join("ann")
		h.must(a.Join(ann.session, "hats"))
		luggage := h.set.Pack(ann.session)
		strict := channel.New("shop", channel.Config{Auto: true, MaySee: func(session.Identity, string) bool { return false }})
		other := newHouse(t, set(strict))
		defer other.close()
		moved := other.join("ann")
		h.must(other.set.Unpack(moved.session, luggage))
		if rooms := strict.RoomsOf(moved.session); len(rooms) > 0 {
			t.Errorf("in %v", rooms)
		}
	})
}

func TestWhatIsNoLuggageIsRefused(t *testing.T) {
	inHouse(t, set(shop()), func(h *house) {
		ann := h.join("ann")
		good := h.set.Pack(ann.session)
		for what, b := range map[string][]byte{"cut": good[:len(good)-1], "longer": append(good[:len(good):len(good)], 0), "another": {0x91, 2}} {
			if err := h.set.Unpack(ann.session, b); !errors.Is(err, protocol.ErrMalformed) {
				t.Errorf("%s: %v", what, err)
			}
		}
		h.must(h.set.Unpack(ann.session, nil))
	})
}
