package conformance

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deltatick/deltatick/protocol"
)

func helloCases() []Case {
	return []Case{
		{"hello/a guest is welcomed", 0, func(t *T) {
			p := t.guest()
			w := p.welcome
			t.check(w.Version == protocol.Version, "version %d", w.Version)
			t.check(w.Session != "" && w.User != "" && w.Token != "", "session %q, user %q, token of %d bytes", w.Session, w.User, len(w.Token))
			t.check(w.Name == p.name, "name %q, want %q", w.Name, p.name)
			t.check(!w.Resumed && w.Lost == 0, "a new session is called resumed, or to have lost %d events", w.Lost)
			t.check(w.Codec == protocol.CodecMP, "codec %q", w.Codec)
		}},
		{"hello/the welcome says what is to be kept to", 0, func(t *T) {
			w := t.guest().welcome
			t.check(w.PingEvery >= 100 && w.PingEvery <= 10_000, "a ping every %d ms", w.PingEvery)
			t.check(w.Grace > 0, "a grace of %d ms", w.Grace)
			t.check(w.MaxFrame >= protocol.MaxHelloFrame, "frames of %d bytes at most", w.MaxFrame)
			t.check(w.Server != "", "the server has no name")
			t.check(len(w.Token) <= protocol.MaxTokenBytes, "a token of %d bytes", len(w.Token))
		}},
		{"hello/two guests are two users in two sessions", 0, func(t *T) {
			a, b := t.guest().welcome, t.guest().welcome
			t.check(a.User != b.User && a.Session != b.Session && a.Token != b.Token, "two guests share a user, a session or a token")
		}},
		{"hello/a long name is cut to 24 characters", 0, func(t *T) {
			t.check(utf8.RuneCountInString(nameFor(t, strings.Repeat("é", 60))) == protocol.MaxNameRunes, "it was not")
		}},
		{"hello/control characters are taken out of a name", 0, func(t *T) {
			name := nameFor(t, "a\x00b\nc\x7fd")
			t.check(name == "abcd", "name %q", name)
		}},
		{"hello/the nameless are called guest", 0, func(t *T) {
			name := nameFor(t, "")
			t.check(name == "guest", "name %q", name)
		}},
		{"hello/markup in a name stays what it is", 0, func(t *T) {
			name := nameFor(t, "<b>&\"'")
			t.check(name == "<b>&\"'", "name %q", name)
		}},
		{"hello/the packed codec is given to those who offer it first, or mp", 0, func(t *T) {
			codec := codecFor(t, protocol.CodecPacked, protocol.CodecMP)
			t.check(codec == protocol.CodecPacked || codec == protocol.CodecMP, "codec %q", codec)
		}},
		{"hello/codecs that nobody knows are passed over", 0, func(t *T) {
			t.check(codecFor(t, "nobody-knows", protocol.CodecMP) == protocol.CodecMP, "mp was not chosen")
		}},
		{"hello/without a codec in common it is closed", 0, func(t *T) {
			p := t.dial()
			h := p.hello()
			h.Codecs = []string{"nobody-knows"}
			p.send(h)
			p.closed(protocol.CloseMalformed)
		}},
		{"hello/another version is refused as that", 0, func(t *T) {
			p := t.dial()
			h := p.hello()
			h.Version = protocol.Version + 1
			p.send(h)
			p.closed(protocol.CloseVersion)
		}},
		{"hello/another version is refused as that, whatever else it has", 0, func(t *T) {
			p := t.dial()
			p.send([]any{protocol.KindHello, 99, map[string]any{"in": "quite"}, "another", 4, true})
			p.closed(protocol.CloseVersion)
		}},
		{"hello/further elements are skipped", 0, func(t *T) {
			p := t.dial()
			p.send([]any{protocol.KindHello, protocol.Version, "x", []string{protocol.CodecMP}, []string{"guest", p.name}, nil, "more", []any{1, 2}})
			p.welcomed()
		}},
		{"hello/an unknown scheme of credentials is refused", 0, func(t *T) {
			p := t.dial()
			h := p.hello()
			h.Auth = []string{"nobody-knows", "x"}
			p.send(h)
			p.closed(protocol.CloseUnauthorized)
		}},
		{"hello/no credentials at all are refused", 0, func(t *T) {
			p := t.dial()
			h := p.hello()
			h.Auth = nil
			p.send(h)
			p.closed(protocol.CloseUnauthorized)
		}},
		{"hello/another frame first is refused", 0, func(t *T) {
			p := t.dial()
			p.send(&protocol.Ping{Kind: protocol.KindPing, Time: 1})
			p.closed(protocol.CloseNoHello)
		}},
		{"hello/a second one is malformed", 0, func(t *T) {
			p := t.guest()
			p.send(p.hello())
			p.closed(protocol.CloseMalformed)
		}},
		{"hello/with too few elements it is malformed", 0, func(t *T) {
			p := t.dial()
			p.send([]any{protocol.KindHello, protocol.Version, "x"})
			p.closed(protocol.CloseMalformed)
		}},
		{"hello/with an element of another type it is malformed", 0, func(t *T) {
			p := t.dial()
			p.send([]any{protocol.KindHello, protocol.Version, "x", "mp", []string{"guest", "x"}, nil})
			p.closed(protocol.CloseMalformed)
		}},
		{"hello/over 4,096 bytes it is too big", 0, func(t *T) {
			p := t.dial()
			h := p.hello()
			h.Auth = []string{"guest", strings.Repeat("x", protocol.MaxHelloFrame)}
			p.try(h)
			if p.t.cfg.Over == WebSocket {
				p.closed(protocol.CloseTooBig)
				return
			}
			p.over()
		}},
		{"hello/a client that says nothing is closed after a while", needsSlowness, func(t *T) {
			p := t.dial()
			p.closedWithin(protocol.CloseNoHello, protocol.HelloTimeout+t.cfg.Patience)
		}},
		{"hello/a client that says nothing is not closed at once", 0, func(t *T) {
			p := t.dial()
			t.wait(time.Second)
			p.send(p.hello())
			p.welcomed()
		}},
	}
}

// nameFor is what a guest comes to be called.
func nameFor(t *T, wanted string) string {
	p := t.dial()
	h := p.hello()
	h.Auth = []string{"guest", wanted}
	p.send(h)
	p.welcomed()
	return p.welcome.Name
}

// codecFor is what is chosen from an offer.
func codecFor(t *T, offered ...string) string {
	p := t.dial()
	h := p.hello()
	h.Codecs = offered
	p.send(h)
	p.welcomed()
	return p.welcome.Codec
}
