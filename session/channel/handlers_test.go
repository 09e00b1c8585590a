package channel_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

type buy struct {
	Item  string `msgpack:"item"`
	Count uint8  `msgpack:"count"`
}

type bought struct {
	Paid int    `msgpack:"paid"`
	User string `msgpack:"user"`
}

// shop is a channel that everyone is on.
func shop(edit ...func(*channel.Config)) *channel.Channel {
	cfg := channel.Config{Auto: true}
	for _, f := range edit {
		f(&cfg)
	}
	ch := channel.New("shop", cfg)
	channel.On(ch, "buy", func(c *channel.Call, p buy) (bought, error) {
		switch p.Item {
		case "gold":
			return bought{}, protocol.Refuse(protocol.CodeFull, "no gold today")
		case "fire":
			return bought{}, errors.New("secret trouble")
		case "bomb":
			panic("secret trouble")
		}
		return bought{10 * int(p.Count), c.User()}, nil
	})
	return ch
}

func set(channels ...*channel.Channel) channel.SetConfig {
	return channel.SetConfig{Channels: channels}
}

func TestAHandlerAnswersWithItsReply(t *testing.T) {
	inHouse(t, set(shop()), func(h *house) {
		reply, err := h.join("ann").ask("shop", "buy", map[string]any{"item": "hat", "count": 3})
		h.must(err)
		var got bought
		h.must(protocol.Decode(reply, &got))
		if got != (bought{30, "ann"}) {
			t.Errorf("%+v", got)
		}
	})
}

func TestWhatAHandlerCannotTakeIsRefusedAndTheSessionGoesOn(t *testing.T) {
	inHouse(t, set(shop()), func(h *house) {
		ann := h.join("ann")
		if field := ann.refused(protocol.CodeBadPayload, "shop", "buy", map[string]any{"item": "hat", "count": 300}); field != "count" {
			t.Errorf("field %q", field)
		}
		if field := ann.refused(protocol.CodeBadPayload, "shop", "buy", nil); field != "item" {
			t.Errorf("field %q", field)
		}
		ann.refused(protocol.CodeFull, "shop", "buy", buy{"gold", 1})
		ann.refused(protocol.CodeInternal, "shop", "buy", buy{"fire", 1})
		ann.refused(protocol.CodeInternal, "shop", "buy", buy{"bomb", 1})
		ann.refused(protocol.CodeUnknownRequest, "shop", "rob", nil)
		ann.refused(protocol.CodeUnknownRequest, "bank", "buy", nil)
		if _, err := ann.ask("shop", "buy", buy{"hat", 1}); err != nil {
			t.Error(err)
		}
		n := &h.set.Counters().Drops
		if n[channel.DropPayload].Load() != 2 || n[channel.DropUnknown].Load() != 2 {
			t.Errorf("counted %d, %d", n[channel.DropPayload].Load(), n[channel.DropUnknown].Load())
		}
	})
}

func TestAnEventOfAClientReachesItsHandler(t *testing.T) {
	ch := shop()
	var seen []string
	channel.OnEvent(ch, "look", func(c *channel.Call, p struct {
		At string `msgpack:"at"`
	},
	) error {
		if p.At == "nothing" {
			return protocol.RefuseField("at", "there is nothing")
		}
		seen = append(seen, c.User()+" "+c.Name()+" "+p.At)
		return nil
	})
	inHouse(t, set(ch), func(h *house) {
		ann := h.join("ann")
		for _, tc := range []struct {
			channel, name string
			payload       any
			code          string // of the notice; "" for none
		}{
			{"shop", "look", map[string]string{"at": "hats"}, ""},
			{"shop", "look", map[string]string{"at": "nothing"}, protocol.CodeBadPayload},
			{"shop", "look", map[string]int{"at": 1}, protocol.CodeBadPayload},
			{"shop", "buy", buy{"hat", 1}, protocol.CodeUnknownEvent}, // it is a request
			{"bank", "look", nil, protocol.CodeUnknownEvent},
		} {
			ann.send(tc.channel, tc.name, tc.payload)
			code := ""
			for _, e := range ann.events() {
				var notice struct {
					Code string `msgpack:"code"`
				}
				h.must(protocol.DecodePayload(e.Payload, &notice))
				code = notice.Code
			}
			if code != tc.code {
				t.Errorf("%s/%s %v: %q, expected %q", tc.channel, tc.name, tc.payload, code, tc.code)
			}
		}
		if len(seen) != 1 || seen[0] != "ann look hats" {
			t.Errorf("seen: %v", seen)
		}
		ann.refused(protocol.CodeUnknownRequest, "shop", "look", map[string]string{"at": "hats"}) // it is no request
	})
}

func TestAFallbackTakesEveryOtherRequest(t *testing.T) {
	ch := shop()
	ch.Fallback(func(c *channel.Call) (any, error) {
		return map[string]any{"name": c.Name(), "payload": c.Payload()}, nil
	})
	inHouse(t, set(ch), func(h *house) {
		reply, err := h.join("ann").ask("shop", "rob", buy{"hat", 1})
		h.must(err)
		var got struct {
			Name    string
			Payload buy
		}
		h.must(protocol.DecodePayload(lower(t, reply), &got))
		if got.Name != "rob" || got.Payload.Item != "hat" {
			t.Errorf("%+v", got)
		}
	})
}

// lower writes the keys that a struct without tags would have.
func lower(t *testing.T, reply protocol.Raw) []byte {
	var m map[string]any
	if err := protocol.Decode(reply, &m); err != nil {
		t.Fatal(err)
	}
	return protocol.MustEncode(map[string]any{"Name": m["name"], "Payload": m["payload"]})
}

func TestWhatIsWrongWithAChannelIsToldWhenTheSetIsMade(t *testing.T) {
	fine := func(*channel.Call, struct{}) (any, error) { return nil, nil }
	for want, make := range map[string]func() []*channel.Channel{
		"identifier": func() []*channel.Channel { return []*channel.Channel{channel.New("The Shop", channel.Config{})} },
		"limit": func() []*channel.Channel {
			return []*channel.Channel{channel.New("shop", channel.Config{Limit: session.Limit{Rate: -1}})}
		},
		"rooms": func() []*channel.Channel {
			return []*channel.Channel{channel.New("shop", channel.Config{MaxRooms: -1})}
		},
		"another one":      func() []*channel.Channel { return []*channel.Channel{shop(), shop()} },
		`"session": there`: func() []*channel.Channel { return []*channel.Channel{channel.New("session", channel.Config{})} },
		"handler buy: there is": func() []*channel.Channel {
			ch := shop()
			channel.On(ch, "buy", fine)
			return []*channel.Channel{ch}
		},
		"Coins: a type": func() []*channel.Channel {
			ch := shop()
			channel.On(ch, "pay", func(*channel.Call, struct{ Coins any }) (any, error) { return nil, nil })
			return []*channel.Channel{ch}
		},
		"int, is no map": func() []*channel.Channel {
			ch := shop()
			channel.On(ch, "pay", func(*channel.Call, struct{}) (int, error) { return 0, nil })
			return []*channel.Channel{ch}
		},
		"second fallback": func() []*channel.Channel {
			ch := shop()
			ch.Fallback(func(*channel.Call) (any, error) { return nil, nil })
			ch.Fallback(func(*channel.Call) (any, error) { return nil, nil })
			return []*channel.Channel{ch}
		},
		"two sets": func() []*channel.Channel {
			ch := shop()
			if _, err := channel.NewSet(set(ch)); err != nil {
				t.Error(err)
			}
			return []*channel.Channel{ch}
		},
	} {
		if _, err := channel.NewSet(set(make()...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected %q", err, want)
		}
	}
}

func TestAHandlerThatComesTooLatePanics(t *testing.T) {
	ch := shop()
	if _, err := channel.NewSet(set(ch)); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("it was taken")
		}
	}()
	channel.On(ch, "sell", func(*channel.Call, struct{}) (any, error) { return nil, nil })
}

func TestMiddlewareIsAskedInOrderAroundEveryHandler(t *testing.T) {
	var order []string
	around := func(name string) channel.Middleware {
		return channel.Middleware{Handle: func(next channel.Handler) channel.Handler {
			return func(c *channel.Call) (any, error) {
				order = append(order, name)
				if c.Name() == "buy" && name == "inner" {
					return nil, protocol.Refuse(protocol.CodeUnavailable, "closed today")
				}
				reply, err := next(c)
				order = append(order, name)
				return reply, err
			}
		}}
	}
	cfg := set(shop())
	cfg.Middleware = []channel.Middleware{around("outer"), {}, around("inner")}
	inHouse(t, cfg, func(h *house) {
		ann := h.join("ann")
		ann.refused(protocol.CodeUnavailable, "shop", "buy", buy{"hat", 1})
		if got := strings.Join(order, " "); got != "outer inner outer" {
			t.Errorf("asked: %s", got)
		}
		order = nil
		_, err := ann.ask("session", "close", map[string]string{"channel": "shop"})
		h.must(err)
		if got := strings.Join(order, " "); got != "outer inner inner outer" {
			t.Errorf("asked: %s", got)
		}
	})
}

func TestAChannelHasALimitOfItsOwn(t *testing.T) {
	slow := shop(func(cfg *channel.Config) { cfg.Limit = session.Limit{Rate: 1, Burst: 2, Strikes: 3} })
	inHouse(t, set(slow, channel.New("bank", channel.Config{Auto: true})), func(h *house) {
		ann, bob := h.join("ann"), h.join("bob")
		good := func(c *client) {
			t.Helper()
			if _, err := c.ask("shop", "buy", buy{"hat", 1}); err != nil {
				t.Error(err)
			}
		}
		good(ann)
		good(ann)
		ann.refused(protocol.CodeRateLimited, "shop", "buy", buy{"hat", 1})
		good(bob)                                                        // has a bucket of its own
		ann.refused(protocol.CodeUnknownRequest, "bank", "nothing", nil) // another channel, another bucket

		// Opening it again does not fill the bucket up.
		for _, name := range []string{"close", "open"} {
			_, err := ann.ask("session", name, map[string]string{"channel": "shop"})
			h.must(err)
		}
		ann.refused(protocol.CodeRateLimited, "shop", "buy", buy{"hat", 1})
		time.Sleep(time.Second)
		good(ann)

		// With the strikes used up, it is flooding.
		ann.refused(protocol.CodeRateLimited, "shop", "buy", buy{"hat", 1})
		ann.in <- protocol.MustEncode(protocol.Request{
			Kind: protocol.KindRequest, ID: 99, Channel: "shop", Name: "buy", Payload: protocol.MustEncode(buy{"hat", 1}),
		})
		if code := ann.closed(); code != protocol.CloseFlooding {
			t.Errorf("closed with %d", code)
		}
		if n := h.set.Counters().Drops[channel.DropRate].Load(); n != 4 {
			t.Errorf("%d counted", n)
		}
	})
}
