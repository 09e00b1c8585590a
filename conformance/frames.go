package conformance

import (
	"bytes"
	"math"

	"github.com/deltatick/deltatick/protocol"
)

// frameCases are about what breaks the rules of a frame, which costs the connection, and what only looks like it.
func frameCases() []Case {
	deep := func(levels int) []byte {
		b := append([]byte{0x95, byte(protocol.KindRequest), 1, 0xa1, 'x', 0xa1, 'y'}, bytes.Repeat([]byte{0x91}, levels-2)...)
		return append(b, 0x90)
	}
	var cases []Case
	for name, frame := range map[string][]byte{
		"an empty message":                   {},
		"a message that is no array":         {0x01},
		"a map":                              {0x81, 0xa1, 'a', 1},
		"an empty array":                     {0x90},
		"a kind that is no number":           {0x91, 0xa1, 'x'},
		"a kind that is below 0":             {0x91, 0xff},
		"a kind in two bytes":                {0x91, 0xcc, byte(protocol.KindPing)},
		"half a frame":                       {0x93, byte(protocol.KindPing), 1},
		"a frame with something behind it":   append(encoded(&protocol.Ping{Kind: protocol.KindPing, Time: 1}), 0),
		"two frames in a message":            bytes.Repeat(encoded(&protocol.Ping{Kind: protocol.KindPing, Time: 1}), 2),
		"an array that claims 2^32 elements": {0xdd, 0xff, 0xff, 0xff, 0xff},
		"a string that claims 4 GiB":         {0x95, byte(protocol.KindRequest), 1, 0xdb, 0xff, 0xff, 0xff, 0xff},
		"a bin that claims 4 GiB":            {0x95, byte(protocol.KindRequest), 1, 0xa1, 'x', 0xa1, 'y', 0xc6, 0xff, 0xff, 0xff, 0xff},
		"a map that claims 2^32 entries":     {0x95, byte(protocol.KindRequest), 1, 0xa1, 'x', 0xa1, 'y', 0xdf, 0xff, 0xff, 0xff, 0xff},
		"an extension type":                  {0x95, byte(protocol.KindRequest), 1, 0xa1, 'x', 0xa1, 'y', 0xd4, 1, 0},
		"the byte that msgpack never uses":   {0x92, byte(protocol.KindPing), 0xc1},
		"a string that is no UTF-8":          {0x95, byte(protocol.KindRequest), 1, 0xa1, 'x', 0xa1, 'y', 0xa1, 0xff},
		"a key that is no string":            {0x95, byte(protocol.KindRequest), 1, 0xa1, 'x', 0xa1, 'y', 0x81, 1, 1},
		"the key __proto__":                  encoded([]any{protocol.KindRequest, 1, "x", "y", map[string]any{"__proto__": 1}}),
		"the key constructor":                encoded([]any{protocol.KindRequest, 1, "x", "y", map[string]any{"constructor": 1}}),
		"arrays nine deep":                   deep(9),
		"arrays a thousand deep":             deep(1000),
		"more than 4,096 values":             encoded([]any{protocol.KindRequest, 1, "x", "y", make([]bool, protocol.MaxClientValues)}),
		"an integer beyond 2^53":             encoded([]any{protocol.KindPing, uint64(1) << 60, 0}),
		"a ping without its numbers":         encoded([]any{protocol.KindPing}),
		"a ping with a float for a number":   encoded([]any{protocol.KindPing, math.Pi, 0}),
		"a request on a channel with spaces": encoded([]any{protocol.KindRequest, 1, "a b", "y", nil}),
		"a request with an empty name":       encoded([]any{protocol.KindRequest, 1, "x", "", nil}),
		"a request with an id below 0":       encoded([]any{protocol.KindRequest, -1, "x", "y", nil}),
		"a request without its payload":      encoded([]any{protocol.KindRequest, 1, "x", "y"}),
	} {
		cases = append(cases, Case{"frame/" + name + " is malformed", 0, func(t *T) {
			p := t.guest()
			p.send(frame)
			p.closed(protocol.CloseMalformed)
		}})
	}
	return append(cases, []Case{
		{"frame/over 16,384 bytes it is too big", 0, func(t *T) {
			p := t.guest()
			p.send(encoded([]any{protocol.KindRequest, 1, "x", "y", make([]byte, protocol.MaxClientFrame)}))
			p.closed(protocol.CloseTooBig)
		}},
		{"frame/of 16,384 bytes it is taken", 0, func(t *T) {
			p := t.guest()
			room := protocol.MaxClientFrame - len(encoded([]any{protocol.KindRequest, 1, "x", "y", make([]byte, 300)})) + 300
			p.send(encoded([]any{protocol.KindRequest, 1, "x", "y", make([]byte, room)}))
			_, refusal := p.reply(1)
			t.check(refusal != nil && refusal.Code == protocol.CodeUnknownRequest, "refused with %v", refusal)
		}},
		{"frame/arrays eight deep are taken", 0, func(t *T) {
			p := t.guest()
			p.send(deep(8))
			_, refusal := p.reply(1)
			t.check(refusal != nil && refusal.Code == protocol.CodeUnknownRequest, "refused with %v", refusal)
		}},
		{"frame/an unknown kind is skipped", 0, func(t *T) {
			p := t.guest()
			p.send([]any{111, "of", map[string]any{"a": "later version"}})
			p.lives()
		}},
		{"frame/a kind that only servers send is skipped", 0, func(t *T) {
			p := t.guest()
			p.send(&protocol.Pong{Kind: protocol.KindPong, Time: 1, Now: 2})
			p.lives()
		}},
		{"frame/further elements are skipped", 0, func(t *T) {
			p := t.guest()
			p.send([]any{protocol.KindPing, 1, 0, "more", []any{nil}})
			p.lives()
		}},
		{"frame/numbers of any width are taken", 0, func(t *T) {
			p := t.guest()
			p.send([]byte{0x93, byte(protocol.KindPing), 0xcf, 0, 0, 0, 0, 0, 0, 0, 7, 0xce, 0, 0, 0, 0})
			p.await("pong", func(a arrival) bool {
				pong, err := p.decoder().Pong(a.frame)
				return a.kind == protocol.KindPong && err == nil && pong.Time == 7
			})
		}},
		{"frame/a frame that is malformed is not answered with anything of the server's own", 0, func(t *T) {
			p := t.guest()
			p.send([]byte{0xc1})
			for {
				a, came := p.next(t.cfg.Patience)
				t.check(came, "not closed")
				if a.err != nil {
					return
				}
				t.check(a.kind == protocol.KindEvent || a.kind == protocol.KindPong, "a %v came", a.kind)
			}
		}},
	}...)
}
