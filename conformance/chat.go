package conformance

import (
	"strings"

	"github.com/deltatick/deltatick/protocol"
)

// company makes so many guests who are in a lobby together, the first of them as its host, and have seen each other come.
func (t *T) company(n int) (in []*peer) {
	in = []*peer{t.guest()}
	lobby := in[0].create(object{})
	for range n - 1 {
		p := t.guest()
		p.join(lobby)
		for _, other := range in {
			t.check(other.event(protocol.ChannelChat, "joined")["user"] == p.welcome.User, "somebody else has joined")
		}
		in = append(in, p)
	}
	return in
}

// tell says something in the lobby and returns the message.
func (p *peer) tell(text string) object {
	return p.got(protocol.ChannelChat, "say", object{"text": text})
}

// hears expects the next message to have a text.
func (p *peer) hears(text string) object {
	message := p.event(protocol.ChannelChat, "message")
	p.t.check(message["text"] == text, "message %q came, want %q", message["text"], text)
	return message
}

// history asks for the messages after one, and returns their texts.
func (p *peer) history(after any) (said []string, reply object) {
	payload := object{}
	if after != nil {
		payload["after"] = after
	}
	reply = p.got(protocol.ChannelChat, "history", payload)
	list, _ := reply["messages"].([]any)
	for _, m := range list {
		message, _ := m.(object)
		text, _ := message["text"].(string)
		said = append(said, text)
	}
	return said, reply
}

// chatCases are about what is said in a lobby.
func chatCases() []Case {
	const lobby, chat = protocol.ChannelLobby, protocol.ChannelChat
	return []Case{
		{"chat/who is in no lobby has none", 0, func(t *T) {
			p := t.guest()
			p.refused(chat, "say", object{"text": "hello"}, protocol.CodeNotFound, "")
			p.refused(chat, "typing", object{"on": true}, protocol.CodeNotFound, "")
			p.refused(chat, "history", nil, protocol.CodeNotFound, "")
			p.refused(chat, "mute", object{"user": p.welcome.User, "on": true}, protocol.CodeNotFound, "")
		}},
		{"chat/an unknown request is refused", 0, func(t *T) {
			t.guest().refused(chat, "nobody-knows", nil, protocol.CodeUnknownRequest, "")
		}},
		{"chat/what is said comes to everyone in the lobby, who said it too", 0, func(t *T) {
			in := t.company(3)
			said := in[1].tell("hello")
			t.check(said["user"] == in[1].welcome.User && said["name"] == in[1].welcome.Name && said["text"] == "hello", "reply %v", said)
			t.check(number(said["at"]) > 0, "said at %v", said["at"])
			for _, p := range in {
				heard := p.hears("hello")
				t.check(number(heard["id"]) == number(said["id"]) && heard["user"] == said["user"] && heard["name"] == said["name"], "%v and %v", heard, said)
			}
		}},
		{"chat/it comes to nobody in another lobby", 0, func(t *T) {
			in, others := t.company(2), t.company(2)
			in[0].tell("to us")
			in[1].hears("to us")
			others[0].tell("to them")
			others[1].hears("to them")
			in[1].lives()
			for _, a := range in[1].kept {
				t.check(a.kind != protocol.KindEvent || !strings.Contains(string(a.frame), "to them"), "it did")
			}
		}},
		{"chat/messages are numbered from 1, without a gap", 0, func(t *T) {
			in := t.company(2)
			for i, p := range []*peer{in[0], in[1], in[0], in[1]} {
				id := number(p.tell("hello")["id"])
				t.check(id == int64(i+1), "message %d has the number %d", i+1, id)
				for _, p := range in {
					t.check(number(p.hears("hello")["id"]) == id, "an event has another number")
				}
			}
		}},
		{"chat/a text is cleaned of what cannot be seen", 0, func(t *T) {
			in := t.company(2)
			for said, want := range map[string]string{
				"  hello  ": "hello", "a\nb\tc": "a b c", "a\x00b\x07c\x7fd": "abcd", "\u202eabc\u202c": "abc", "a\u200bb": "ab",
			} {
				text := in[0].tell(said)["text"]
				t.check(text == want, "%q became %q, want %q", said, text, want)
				in[1].hears(want)
			}
		}},
		{"chat/markup and emoji stay what they are", 0, func(t *T) {
			in := t.company(2)
			const text = "<script>alert('&amp;')</script> 👩\u200d🚀"
			t.check(in[0].tell(text)["text"] == text, "they do not")
			in[1].hears(text)
		}},
		{"chat/a text of which nothing is left is refused, by field", 0, func(t *T) {
			p := t.company(1)[0]
			for _, text := range []string{"", "  \n ", "\x00\x01", "\u200b"} {
				p.refused(chat, "say", object{"text": text}, protocol.CodeBadPayload, "text")
			}
		}},
		{"chat/500 characters are taken, and more are refused, by field", 0, func(t *T) {
			p := t.company(1)[0]
			p.tell(strings.Repeat("é", 500))
			p.refused(chat, "say", object{"text": strings.Repeat("é", 501)}, protocol.CodeBadPayload, "text")
		}},
		{"chat/a text that is missing, or none, is refused, by field", 0, func(t *T) {
			p := t.company(1)[0]
			p.refused(chat, "say", object{}, protocol.CodeBadPayload, "text")
			p.refused(chat, "say", object{"text": 7}, protocol.CodeBadPayload, "text")
			p.refused(chat, "typing", object{}, protocol.CodeBadPayload, "on")
			p.refused(chat, "history", object{"after": "all"}, protocol.CodeBadPayload, "after")
			p.refused(chat, "mute", object{"on": true}, protocol.CodeBadPayload, "user")
		}},
		{"chat/who comes later finds what was said", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{})
			host.tell("a")
			host.tell("b")
			p.join(state)
			said, reply := p.history(nil)
			t.check(len(said) == 2 && said[0] == "a" && said[1] == "b" && number(reply["last"]) == 2, "history %v", reply)
		}},
		{"chat/history tells what is above a number", 0, func(t *T) {
			p := t.company(1)[0]
			for _, text := range []string{"a", "b", "c"} {
				p.tell(text)
			}
			said, reply := p.history(1)
			t.check(len(said) == 2 && said[0] == "b" && said[1] == "c" && number(reply["last"]) == 3, "history %v", reply)
			said, reply = p.history(3)
			t.check(len(said) == 0 && number(reply["last"]) == 3, "history %v", reply)
		}},
		{"chat/a history of nothing is empty, and its last is 0", 0, func(t *T) {
			said, reply := t.company(1)[0].history(nil)
			t.check(len(said) == 0 && number(reply["last"]) == 0 && reply["messages"] != nil && reply["typing"] != nil, "history %v", reply)
		}},
		{"chat/who joins is told to the others", 0, func(t *T) {
			host, p, q := t.guest(), t.guest(), t.guest()
			state := host.create(object{})
			p.join(state)
			joined := host.event(chat, "joined")
			t.check(joined["user"] == p.welcome.User && joined["name"] == p.welcome.Name && joined["role"] == "player", "joined %v", joined)
			q.got(lobby, "join", object{"code": state["code"], "spectate": true})
			joined = p.event(chat, "joined")
			t.check(joined["user"] == q.welcome.User && joined["role"] == "spectator", "joined %v", joined)
		}},
		{"chat/who leaves, or is kicked, is told to the others, and why", 0, func(t *T) {
			in := t.company(3)
			in[1].got(lobby, "leave", nil)
			left := in[0].event(chat, "left")
			t.check(left["user"] == in[1].welcome.User && left["name"] == in[1].welcome.Name && left["reason"] == "left", "left %v", left)
			in[0].got(lobby, "kick", object{"user": in[2].welcome.User})
			left = in[0].event(chat, "left")
			t.check(left["user"] == in[2].welcome.User && left["reason"] == "kicked", "left %v", left)
		}},
		{"chat/what was said to who was away comes after the resume, once", 0, func(t *T) {
			in := t.company(2)
			in[1].wire.cut()
			for _, text := range []string{"a", "b", "c"} {
				in[0].tell(text)
			}
			back := t.resume(in[1])
			for _, text := range []string{"a", "b", "c"} {
				back.hears(text)
			}
			in[0].tell("d")
			back.hears("d")
		}},
		{"chat/a message that runs once is said once, over a resume", 0, func(t *T) {
			in := t.company(2)
			say := in[1].request(chat, "say", object{"text": "once"})
			say.Once = true
			in[1].send(say)
			in[1].wire.cut()
			back := t.resume(in[1])
			back.send(say)
			reply, refusal := back.reply(say.ID)
			t.check(refusal == nil && reply["text"] == "once", "reply %v, %v", reply, refusal)
			in[0].hears("once")
			back.tell("and no more")
			in[0].hears("and no more")
		}},
	}
}
