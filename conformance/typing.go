package conformance

import (
	"slices"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// typingTime is after what time typing ends by itself.
const typingTime = 5 * time.Second

// types says that one types, or not any more.
func (p *peer) types(on bool) { p.got(protocol.ChannelChat, "typing", object{"on": on}) }

// typist expects to be told that somebody types, or does not any more.
func (p *peer) typist(who *peer, on bool) {
	told := p.event(protocol.ChannelChat, "typing")
	p.t.check(told["user"] == who.welcome.User && told["on"] == on, "typing %v, want %v of %q", told, on, who.welcome.User)
}

// typingCases are about who types. Every case ends with the end that it is about, so one that is told twice shows in the next.
func typingCases() []Case {
	const lobby, chat = protocol.ChannelLobby, protocol.ChannelChat
	return []Case{
		{"typing/it is told to the others, and so is its end", 0, func(t *T) {
			in := t.company(3)
			for range 2 {
				in[1].types(true)
				in[0].typist(in[1], true)
				in[2].typist(in[1], true)
				in[1].types(false)
				in[0].typist(in[1], false)
				in[2].typist(in[1], false)
			}
		}},
		{"typing/it is not told to who types", 0, func(t *T) {
			in := t.company(2)
			in[1].types(true)
			in[1].types(false)
			in[0].typist(in[1], true)
			in[0].typist(in[1], false)
			in[0].types(true)
			in[1].typist(in[0], true)
		}},
		{"typing/to say again that one types is not told again", 0, func(t *T) {
			in := t.company(2)
			for range 3 {
				in[1].types(true)
			}
			in[1].types(false)
			in[0].typist(in[1], true)
			in[0].typist(in[1], false)
		}},
		{"typing/an end without a beginning is not told", 0, func(t *T) {
			in := t.company(2)
			in[1].types(false)
			in[1].types(true)
			in[0].typist(in[1], true)
		}},
		{"typing/a message ends it", 0, func(t *T) {
			in := t.company(2)
			in[1].types(true)
			in[1].tell("hello")
			in[0].typist(in[1], true)
			in[0].typist(in[1], false)
			in[0].hears("hello")
		}},
		{"typing/a mute ends it", 0, func(t *T) {
			in := t.company(2)
			in[1].types(true)
			in[0].typist(in[1], true)
			in[0].got(chat, "mute", object{"user": in[1].welcome.User, "on": true})
			in[0].typist(in[1], false)
		}},
		{"typing/leaving ends it", 0, func(t *T) {
			in := t.company(2)
			in[1].types(true)
			in[0].typist(in[1], true)
			in[1].got(lobby, "leave", nil)
			in[0].typist(in[1], false)
		}},
		{"typing/the end of the connection ends it", 0, func(t *T) {
			in := t.company(2)
			in[1].types(true)
			in[0].typist(in[1], true)
			in[1].wire.cut()
			in[0].typist(in[1], false)
		}},
		{"typing/it ends by itself", needsSlowness, func(t *T) {
			in := t.company(2)
			in[1].types(true)
			in[0].typist(in[1], true)
			t.wait(typingTime)
			in[0].typist(in[1], false)
		}},
		{"typing/it is in the history, for who comes meanwhile", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{})
			host.types(true)
			p.join(state)
			_, reply := p.history(nil)
			t.check(slices.Equal(texts(reply["typing"]), []string{host.welcome.User}), "typing: %v", reply["typing"])
			host.types(false)
			_, reply = p.history(nil)
			t.check(len(texts(reply["typing"])) == 0, "typing: %v", reply["typing"])
		}},
		{"typing/too many changes are refused as that", 0, func(t *T) {
			const n = 30
			p := t.company(1)[0]
			p.burst(n, func(i int) any { return p.request(chat, "typing", object{"on": i%2 == 0}) })
			limited := 0
			for i := range uint32(n) {
				if _, refusal := p.reply(p.asked - n + 1 + i); refusal != nil {
					t.check(refusal.Code == protocol.CodeRateLimited, "refused with %v", refusal)
					limited++
				}
			}
			t.check(limited > 0 && limited < n, "%d of %d changes at once were refused", limited, n)
			p.lives()
		}},
	}
}
