package conformance

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

func limitCases() []Case {
	games := func(i int) any {
		return &protocol.Request{Kind: protocol.KindRequest, ID: uint32(i + 1), Channel: protocol.ChannelLobby, Name: "games", Payload: encoded(nil)}
	}
	return []Case{
		{"limit/requests beyond the rate are refused as that, and nothing else is lost", 0, func(t *T) {
			const n = 200
			p := t.guest()
			p.burst(n, games)
			limited := 0
			for id := range uint32(n) {
				if _, refusal := p.reply(id + 1); refusal != nil {
					t.check(refusal.Code == protocol.CodeRateLimited, "request %d: %v", id, refusal)
					limited++
				}
			}
			t.check(limited > 0 && limited < n, "%d of %d requests at once were refused", limited, n)
			p.lives()
		}},
		{"limit/requests beyond all measure close as flooding", 0, func(t *T) {
			p := t.guest()
			p.burst(1000, games)
			p.closed(protocol.CloseFlooding)
		}},
		{"limit/pings beyond all measure close as flooding", 0, func(t *T) {
			p := t.guest()
			p.burst(600, func(int) any { return &protocol.Ping{Kind: protocol.KindPing, Time: 1} })
			p.closed(protocol.CloseFlooding)
		}},
		{"limit/frames of unknown kinds beyond all measure close as flooding", 0, func(t *T) {
			p := t.guest()
			p.burst(600, func(int) any { return []any{111} })
			p.closed(protocol.CloseFlooding)
		}},
		{"limit/inputs beyond the tick rate are dropped, and told", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.burst(200, func(i int) any { return s.inputFor(s.ahead() + uint32(i)%s.enter.TickRate) })
			notice := s.event(protocol.ChannelSession, "notice")
			t.check(notice["code"] == "input-rate", "notice %v", notice)
			s.lives()
		}},
		{"limit/inputs beyond all measure close as flooding", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.burst(1500, func(i int) any { return s.inputFor(s.ahead() + uint32(i)) })
			s.closed(protocol.CloseFlooding)
		}},
		{"limit/bytes beyond the rate are refused, and told", 0, func(t *T) {
			const n = 36 // fewer requests than come at once by other limits
			p := t.guest()
			began, limited := time.Now(), 0
			p.heavily(n, func() any { return p.request(protocol.ChannelLobby, "watch", heavy) })
			for id := range uint32(n) {
				if _, refusal := p.reply(id + 1); refusal != nil {
					t.check(refusal.Code == protocol.CodeRateLimited, "refused with %v", refusal)
					limited++
				}
			}
			t.breakable(began, n)
			t.check(limited > 0 && limited < n, "%d of %d heavy requests at once were refused", limited, n)
			notice := p.event(protocol.ChannelSession, "notice")
			t.check(notice["code"] == "byte-rate", "notice %v", notice)
		}},
		{"limit/events of the client that are too heavy are refused, and count", 0, func(t *T) {
			const n = 36
			p := t.guest()
			began := time.Now()
			p.heavily(n, func() any {
				p.said++
				return numbered(p.said, protocol.ChannelLobby, "x", heavy)
			})
			p.taken(n)
			t.breakable(began, n)
			p.eventThat(protocol.ChannelSession, "notice", func(notice object) bool { return notice["code"] == protocol.CodeRateLimited })
		}},
		{"limit/bytes beyond all measure close as flooding", 0, func(t *T) {
			p := t.guest()
			p.heavily(800, func() any { // with ids of 0: refusals nobody needs
				return &protocol.Request{Kind: protocol.KindRequest, Channel: protocol.ChannelLobby, Name: "watch", Payload: encoded(heavy)}
			})
			p.closed(protocol.CloseFlooding)
		}},
		{"limit/a fifth of a second of inputs at once is honest jitter", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			due, n := s.ahead(), s.enter.TickRate/5
			s.burst(int(n), func(i int) any { return s.inputFor(due + uint32(i)) })
			last := uint32(0)
			for range s.enter.TickRate {
				last = max(last, s.snapshot().Input)
			}
			t.check(last >= due+n-1, "of inputs up to %d, %d is the newest consumed", due+n-1, last)
		}},
	}
}

// heavy is a payload of nearly all the bytes that a frame has.
var heavy = object{"on": false, "x": make([]byte, 16_000)}

// heavily sends heavy frames as fast as it goes, in portions that a link takes.
func (p *peer) heavily(n int, frame func() any) {
	const portion = 4
	for range n / portion {
		p.burst(portion, func(int) any { return frame() })
	}
}

// breakable skips the case if so many heavy frames have taken so long that they were within the limit of bytes.
func (t *T) breakable(began time.Time, n int) {
	const rate, burst = 64 << 10, 256 << 10 // docs/PROTOCOL.md, section 9
	if within := burst + rate*time.Since(began).Seconds(); float64(n*16_000) < within {
		t.skip("this machine does not send as many bytes as a server has to bear")
	}
}
