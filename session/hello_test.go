package session_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func TestAHelloIsWelcomed(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.ServerName = "here" }, func(t *testing.T, w *world) {
		c, got := w.join("  Ann\x00\u200b of a very long and splendid name")
		want := protocol.Welcome{
			Kind: protocol.KindWelcome, Version: 1, Name: "Ann of a very long and s", Codec: "mp",
			PingEvery: 1000, Grace: 60_000, MaxFrame: 16_384, Server: "here",
		}
		ignore := cmpopts.IgnoreFields(want, "Session", "User", "Token")
		if diff := cmp.Diff(want, got, ignore, cmpopts.IgnoreUnexported(want)); diff != "" {
			t.Errorf("welcome: (-want +got)\n%s", diff)
		}
		s := w.session(0)
		if got.Session == "" || got.Session != s.ID() || got.User == "" || got.User != s.User() || got.Name != s.Name() {
			t.Errorf("welcome %+v for session %s of %s, %s", got, s.ID(), s.User(), s.Name())
		}
		if got.Token == "" || len(got.Token) > protocol.MaxTokenBytes || strings.Contains(got.Token, got.Session) {
			t.Errorf("token %q", got.Token)
		}
		_, other := w.join("")
		if other.Session == got.Session || other.User == got.User || other.Token == got.Token || other.Name != "guest" {
			t.Errorf("two guests: %+v and %+v", got, other)
		}
		c.ping(0)
	})
}

func TestNoHelloWithinTheDeadlineIsClosed(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		began := time.Now()
		c := w.dial()
		if code := c.closed(); code != protocol.CloseNoHello {
			t.Errorf("closed with %v", code)
		}
		if took := time.Since(began); took != protocol.HelloTimeout {
			t.Errorf("closed after %v, want %v", took, protocol.HelloTimeout)
		}
	})
}

func TestAHelloThatTricklesInIsClosed(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c := w.dial()
		began := time.Now()
		done := make(chan struct{})
		go func() { // byte after byte in a fragment of its own, with a ping after each
			defer close(done)
			opcode := byte(websocket.BinaryMessage)
			for _, b := range protocol.MustEncode(hello(strings.Repeat("slow", 30))) {
				time.Sleep(100 * time.Millisecond)
				fragment := []byte{opcode, 0x81, 0, 0, 0, 0, b, 0x80 | websocket.PingMessage, 0x80, 0, 0, 0, 0}
				if _, err := c.ws.NetConn().Write(fragment); err != nil {
					return
				}
				opcode = 0
			}
			t.Error("the whole hello was read")
		}()
		if code := c.closed(); code != protocol.CloseNoHello || time.Since(began) != protocol.HelloTimeout {
			t.Errorf("closed with %v after %v", code, time.Since(began))
		}
		c.cut()
		<-done
	})
}

func TestWrongHellosAreRefused(t *testing.T) {
	edit := func(f func(h *protocol.Hello)) []byte {
		h := hello("ann")
		f(&h)
		return protocol.MustEncode(h)
	}
	good := protocol.MustEncode(hello("ann"))
	cases := map[string]struct {
		frame []byte
		want  protocol.CloseCode
	}{
		"version 2":           {edit(func(h *protocol.Hello) { h.Version = 2 }), protocol.CloseVersion},
		"version 0":           {edit(func(h *protocol.Hello) { h.Version = 0 }), protocol.CloseVersion},
		"version 2, new form": {[]byte{0x96, 1, 2, 1, 2, 3, 4}, protocol.CloseVersion},
		"no hello but a ping": {[]byte{0x93, 5, 0, 0}, protocol.CloseNoHello},
		"unknown kind first":  {[]byte{0x91, 99}, protocol.CloseNoHello},
		"no common codec":     {edit(func(h *protocol.Hello) { h.Codecs = []string{"packed"} }), protocol.CloseMalformed},
		"no auth":             {edit(func(h *protocol.Hello) { h.Auth = nil }), protocol.CloseUnauthorized},
		"unknown scheme":      {edit(func(h *protocol.Hello) { h.Auth = []string{"jwt", "x"} }), protocol.CloseUnauthorized},
		"broken token":        {edit(func(h *protocol.Hello) { h.Resume = &protocol.Resume{Token: "x"} }), protocol.CloseResumeRefused},
		"too big":             {append(good, make([]byte, protocol.MaxHelloFrame+1-len(good))...), protocol.CloseTooBig},
		"far too big":         {make([]byte, 1<<20), protocol.CloseTooBig},
		"client name too big": {edit(func(h *protocol.Hello) { h.Client = strings.Repeat("x", 65) }), protocol.CloseMalformed},
		"something after it":  {append(bytes.Clone(good), 0xc0), protocol.CloseMalformed},
		"too few elements":    {[]byte{0x95, 1, 1, 0xa0, 0x90, 0x90}, protocol.CloseMalformed},
		"resume of one":       {[]byte{0x96, 1, 1, 0xa0, 0x91, 0xa2, 'm', 'p', 0x90, 0x91, 0xa1, 'x'}, protocol.CloseMalformed},
	}
	for name, frame := range malformed() {
		tc := cases[name]
		if tc.frame, tc.want = frame, protocol.CloseMalformed; len(frame) > protocol.MaxHelloFrame {
			tc.want = protocol.CloseTooBig
		}
		cases[name] = tc
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				c := w.dial()
				_ = c.write(tc.frame) // may be answered before its end
				if code := c.closed(); code != tc.want {
					t.Errorf("closed with %d, expected %d", code, tc.want)
				}
				if n := w.counters.Closed(tc.want); n != 1 {
					t.Errorf("%d closes counted", n)
				}
				if told := w.house.heard(); told != nil {
					t.Errorf("the house was told: %v", told)
				}
			})
		})
	}
}

// malformed is bytes that break the rules of docs/PROTOCOL.md, section 1, whatever their kind is.
func malformed() map[string][]byte {
	deep := append([]byte{0x95, 2, 1, 0xa1, 'a', 0xa1, 'b'}, bytes.Repeat([]byte{0x91}, 9)...)
	many := append([]byte{0x95, 2, 1, 0xa1, 'a', 0xa1, 'b', 0xdc, 0x0f, 0xff}, make([]byte, 0xfff)...)
	return map[string][]byte{
		"nothing":              {},
		"one byte":             {0x91},
		"empty array":          {0x90},
		"not an array":         {0x05},
		"map":                  {0x81, 0xa1, 'a', 1},
		"2^32 elements":        {0xdd, 0xff, 0xff, 0xff, 0xff},
		"2^32 in a payload":    {0x95, 2, 1, 0xa1, 'a', 0xa1, 'b', 0xdd, 0xff, 0xff, 0xff, 0xff},
		"2^32 codecs":          {0x96, 1, 1, 0xa0, 0xdd, 0xff, 0xff, 0xff, 0xff},
		"2^32 pairs":           {0x95, 2, 1, 0xa1, 'a', 0xa1, 'b', 0xdf, 0xff, 0xff, 0xff, 0xff},
		"2^32 bytes":           {0x95, 2, 1, 0xa1, 'a', 0xa1, 'b', 0xc6, 0xff, 0xff, 0xff, 0xff},
		"2^32 characters":      {0x95, 2, 1, 0xa1, 'a', 0xdb, 0xff, 0xff, 0xff, 0xff},
		"extension":            {0x95, 2, 1, 0xa1, 'a', 0xa1, 'b', 0xd4, 1, 1},
		"nested nine deep":     append(deep, 0xc0),
		"too many values":      many,
		"string is not UTF-8":  {0x95, 2, 1, 0xa1, 'a', 0xa1, 'b', 0xa1, 0xff},
		"key is not a string":  {0x95, 2, 1, 0xa1, 'a', 0xa1, 'b', 0x81, 1, 1},
		"integer beyond 2^53":  {0x95, 2, 0xcf, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xa1, 'a', 0xa1, 'b', 0xc0},
		"kind is not a number": {0x91, 0xa1, 'a'},
	}
}

func TestATextMessageIsMalformed(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		early := w.dial()
		if err := early.ws.WriteMessage(websocket.TextMessage, protocol.MustEncode(hello("ann"))); err != nil {
			t.Fatal(err)
		}
		if code := early.closed(); code != protocol.CloseMalformed {
			t.Errorf("text hello: closed with %d", code)
		}
		late, _ := w.join("ann")
		if err := late.ws.WriteMessage(websocket.TextMessage, []byte("hi")); err != nil {
			t.Fatal(err)
		}
		if code := late.closed(); code != protocol.CloseMalformed {
			t.Errorf("text after hello: closed with %d", code)
		}
	})
}

func TestAnAuthenticatorDecidesWhoComesIn(t *testing.T) {
	auth := func(words ...string) protocol.Hello {
		h := hello("")
		h.Auth = words
		return h
	}
	inWorld(t, func(cfg *session.Config) { cfg.Auth = doorman{} }, func(t *testing.T, w *world) {
		c := w.dial()
		c.send(auth("pass", "ann"))
		if got := expect[protocol.Welcome](c, protocol.KindWelcome); got.User != "user-ann" || got.Name != "ann" {
			t.Errorf("welcome %+v", got)
		}
		for want, words := range map[protocol.CloseCode][]string{
			protocol.CloseUnauthorized: {"pass", "eve"},
			protocol.CloseInternal:     {"panic"},
			protocol.CloseBusy:         {"later"},
		} {
			if code := w.refused(auth(words...)); code != want {
				t.Errorf("%v: closed with %d, expected %d", words, code, want)
			}
		}
		began := time.Now()
		if code := w.refused(auth("slow")); code != protocol.CloseInternal || time.Since(began) != protocol.HelloTimeout {
			t.Errorf("slow: closed with %d after %v", code, time.Since(began))
		}
		if n := w.counters.Panics.Load(); n != 1 {
			t.Errorf("%d panics counted", n)
		}
	})
}

func TestSessionsAreBoundedInNumber(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.MaxSessions = 2 }, func(t *testing.T, w *world) {
		ann, welcome := w.join("ann")
		w.join("bob")
		if code := w.refused(hello("eve")); code != protocol.CloseBusy {
			t.Errorf("third session: closed with %d", code)
		}
		ann.cut()
		synctest.Wait()
		if code := w.refused(hello("eve")); code != protocol.CloseBusy {
			t.Errorf("third session while one is away: closed with %d", code)
		}
		ann, _ = w.resume(welcome.Token, 0)
		ann.send(protocol.Bye{Kind: protocol.KindBye})
		ann.closed()
		w.join("eve")
	})
}
