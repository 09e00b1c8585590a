package session_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// office is an Authenticator of passes ["pass", user, life, "role role ..."]: they are good for so long, from when they are looked at.
type office struct {
	mu     sync.Mutex
	closed bool // nobody is there to look at passes
	looked int
}

func (o *office) Authenticate(_ context.Context, auth []string) (session.Identity, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.looked++
	if o.closed {
		return session.Identity{}, &protocol.Closed{Code: protocol.CloseBusy}
	}
	if len(auth) < 3 || auth[0] != "pass" {
		return session.Identity{}, errors.New("no pass")
	}
	life, err := time.ParseDuration(auth[2])
	if err != nil {
		return session.Identity{}, err
	}
	who := session.Identity{User: auth[1], Name: auth[1] + " of " + auth[2]}
	if len(auth) > 3 {
		who.Roles = strings.Fields(auth[3])
	}
	if life < 0 {
		return session.Identity{}, &protocol.Closed{Code: protocol.CloseAuthExpired}
	}
	if life > 0 {
		who.Expires = time.Now().Add(life)
	}
	return who, nil
}

func (o *office) looks() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.looked
}

func (o *office) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
}

// passes is a world whose sessions need a pass.
func passes(t *testing.T, edit func(*session.Config), test func(t *testing.T, w *world, o *office)) {
	t.Helper()
	o := new(office)
	inWorld(t, func(cfg *session.Config) {
		cfg.Auth = o
		if edit != nil {
			edit(cfg)
		}
	}, func(t *testing.T, w *world) { test(t, w, o) })
}

func pass(words ...string) []string { return append([]string{"pass"}, words...) }

// enter connects with a pass, and a token if it is not empty.
func (w *world) enter(token string, auth []string) (*client, protocol.Welcome) {
	w.t.Helper()
	c := w.dial()
	c.send(passHello(token, auth))
	return c, expect[protocol.Welcome](c, protocol.KindWelcome)
}

func passHello(token string, auth []string) protocol.Hello {
	h := hello("")
	if h.Auth = auth; token != "" {
		h.Resume = &protocol.Resume{Token: token}
	}
	return h
}

// askRenew sends a request to renew and takes its reply, which must be the next frame.
func (c *client) askRenew(payload any) protocol.Reply {
	c.t.Helper()
	c.send(protocol.Request{Kind: protocol.KindRequest, ID: 7, Channel: "session", Name: "renew", Payload: protocol.MustEncode(payload)})
	return expect[protocol.Reply](c, protocol.KindReply)
}

type withAuth struct {
	Auth []string `msgpack:"auth"`
}

// within reads the next event, which must ask for new credentials.
func (c *client) within() time.Duration {
	c.t.Helper()
	e := c.event()
	var said struct {
		Within int64 `msgpack:"within"`
	}
	if err := protocol.Decode(e.Payload, &said); e.Channel != "session" || e.Name != "renew" || err != nil {
		c.t.Fatalf("event %s %s: %v", e.Channel, e.Name, err)
	}
	return time.Duration(said.Within) * time.Millisecond
}

func TestExpiringCredentialsAreAskedForInTimeAndThenEndTheConnection(t *testing.T) {
	for life, ahead := range map[string]time.Duration{"10m": time.Minute, "30s": 15 * time.Second} {
		passes(t, func(cfg *session.Config) { cfg.SilentTimeout = time.Hour }, func(t *testing.T, w *world, _ *office) {
			began := time.Now()
			c, welcome := w.enter("", pass("ann", life))
			lasts, _ := time.ParseDuration(life)
			if want := uint64(began.Add(lasts).UnixMilli()); welcome.Expires != want {
				t.Errorf("%s: expires at %d, want %d", life, welcome.Expires, want)
			}
			synctest.Wait()
			time.Sleep(lasts - ahead)
			if within := c.within(); within != ahead || time.Since(began) != lasts-ahead {
				t.Errorf("%s: asked to renew within %v after %v", life, within, time.Since(began))
			}
			time.Sleep(ahead - time.Second)
			if code := c.closed(); code != protocol.CloseAuthExpired || time.Since(began) != lasts {
				t.Errorf("%s: closed with %d after %v", life, code, time.Since(began))
			}
			synctest.Wait()
			if told := w.house.heard(); !slices.Equal(told, []string{"connected ann of " + life, "disconnected ann of " + life}) {
				t.Errorf("%s: the house was told %v", life, told)
			}
		})
	}
}

func TestCredentialsWithoutAnEndHaveNone(t *testing.T) {
	passes(t, nil, func(t *testing.T, w *world, _ *office) {
		c, welcome := w.enter("", pass("ann", "0s"))
		if welcome.Expires != 0 {
			t.Errorf("expires at %d", welcome.Expires)
		}
		for range 100 {
			time.Sleep(10 * time.Second)
			c.ping(0)
		}
	})
}

func TestRenewedCredentialsGoOn(t *testing.T) {
	var renewed []session.Identity
	note := func(cfg *session.Config) {
		cfg.SilentTimeout = time.Hour
		cfg.Renewed = func(s *session.Session) { renewed = append(renewed, s.Identity()) }
	}
	passes(t, note, func(t *testing.T, w *world, _ *office) {
		c, _ := w.enter("", pass("ann", "10m", "player admin"))
		s := w.session(0)
		if who := s.Identity(); !who.HasRole("admin") || who.HasRole("host") {
			t.Errorf("roles %v", who.Roles)
		}
		time.Sleep(9 * time.Minute)
		c.within()
		until := time.Now().Add(20 * time.Minute)
		var reply struct {
			Expires int64 `msgpack:"expires"`
		}
		r := c.askRenew(withAuth{pass("ann", "20m", "player")})
		if err := protocol.Decode(r.Payload, &reply); r.Error != nil || err != nil || reply.Expires != until.UnixMilli() {
			t.Errorf("reply %+v, %v, expires %d, want %d", r, err, reply.Expires, until.UnixMilli())
		}
		who := s.Identity()
		if who.User != "ann" || who.Name != "ann of 10m" || who.HasRole("admin") || !who.HasRole("player") || !who.Expires.Equal(until) {
			t.Errorf("renewed to %+v", who)
		}
		synctest.Wait()
		if len(renewed) != 1 || !slices.Equal(renewed[0].Roles, who.Roles) {
			t.Errorf("the house was told of %v", renewed)
		}
		time.Sleep(19 * time.Minute) // far beyond the end of the first ones
		if within := c.within(); within != time.Minute {
			t.Errorf("asked again within %v", within)
		}
		time.Sleep(59 * time.Second)
		if code := c.closed(); code != protocol.CloseAuthExpired || !time.Now().Equal(until) {
			t.Errorf("closed with %d at %v, not %v", code, time.Now(), until)
		}
	})
}

func TestRefusedCredentialsChangeNothing(t *testing.T) {
	passes(t, nil, func(t *testing.T, w *world, o *office) {
		c, _ := w.enter("", pass("ann", "10s", "admin"))
		before := w.session(0).Identity()
		for name, tc := range map[string]struct {
			payload     any
			code, field string
		}{
			"none":              {nil, "bad-payload", "auth"},
			"no auth":           {map[string]any{}, "bad-payload", "auth"},
			"empty":             {withAuth{}, "bad-payload", "auth"},
			"five strings":      {withAuth{pass("ann", "1h", "a", "b")}, "bad-payload", "auth"},
			"numbers":           {map[string]any{"auth": []int{1, 2}}, "bad-payload", "auth"},
			"of another user":   {withAuth{pass("bob", "1h")}, "unauthorized", ""},
			"unknown":           {withAuth{[]string{"guest", "ann"}}, "unauthorized", ""},
			"expired ones":      {withAuth{pass("ann", "-1s")}, "auth-expired", ""},
			"nobody looks":      {withAuth{pass("ann", "1h")}, "unavailable", ""},
			"name is no string": {map[string]any{"auth": "pass"}, "bad-payload", "auth"},
		} {
			o.mu.Lock()
			o.closed = name == "nobody looks"
			o.mu.Unlock()
			r := c.askRenew(tc.payload)
			if r.Error == nil || r.Error.Code != tc.code || r.Error.Field != tc.field {
				t.Errorf("%s: %v", name, r.Error)
			}
		}
		if after := w.session(0).Identity(); !after.Expires.Equal(before.Expires) || !slices.Equal(after.Roles, before.Roles) {
			t.Errorf("%+v became %+v", before, after)
		}
		if code := c.closed(); code != protocol.CloseAuthExpired {
			t.Errorf("closed with %d", code)
		}
	})
}

func TestAResumeAfterExpiryNeedsFreshCredentialsOfTheSameUser(t *testing.T) {
	passes(t, nil, func(t *testing.T, w *world, _ *office) {
		c, first := w.enter("", pass("ann", "10s", "admin"))
		c.closed()
		for name, tc := range map[string]struct {
			auth []string
			want protocol.CloseCode
		}{
			"none":            {nil, protocol.CloseAuthExpired},
			"expired":         {pass("ann", "-1s"), protocol.CloseAuthExpired},
			"of another user": {pass("bob", "1h"), protocol.CloseResumeRefused},
			"unknown":         {[]string{"guest", "ann"}, protocol.CloseUnauthorized},
		} {
			if code := w.refused(passHello(first.Token, tc.auth)); code != tc.want {
				t.Errorf("%s: closed with %d, want %d", name, code, tc.want)
			}
		}
		c, second := w.enter(first.Token, pass("ann", "1h", "player"))
		if !second.Resumed || second.Session != first.Session || second.Expires != uint64(time.Now().Add(time.Hour).UnixMilli()) {
			t.Errorf("welcome %+v after %+v", second, first)
		}
		if who := w.session(0).Identity(); who.HasRole("admin") || !who.HasRole("player") {
			t.Errorf("roles %v", who.Roles)
		}
		c.within() // the event that was not acknowledged before
		c.ping(1)
	})
}

func TestAResumeInTimeNeedsNoCredentials(t *testing.T) {
	for name, auth := range map[string][]string{"none": nil, "nobody looks": pass("ann", "1h"), "unknown": {"guest", "ann"}, "expired": pass("ann", "-1s")} {
		passes(t, nil, func(t *testing.T, w *world, o *office) {
			c, first := w.enter("", pass("ann", "10s"))
			c.cut()
			if name == "nobody looks" {
				o.close()
			}
			_, second := w.enter(first.Token, auth)
			if !second.Resumed || second.User != "ann" || second.Expires != first.Expires {
				t.Errorf("%s: welcome %+v after %+v", name, second, first)
			}
		})
	}
}

func TestAResumeInTimeTakesFreshCredentialsOfTheSameUserOnly(t *testing.T) {
	passes(t, nil, func(t *testing.T, w *world, _ *office) {
		_, first := w.enter("", pass("ann", "10s"))
		if code := w.refused(passHello(first.Token, pass("bob", "1h"))); code != protocol.CloseResumeRefused {
			t.Errorf("those of another user: closed with %d", code)
		}
		_, second := w.enter(first.Token, pass("ann", "1h", "admin"))
		if !second.Resumed || second.Expires != uint64(time.Now().Add(time.Hour).UnixMilli()) || !w.session(0).Identity().HasRole("admin") {
			t.Errorf("welcome %+v", second)
		}
	})
}

func TestAResumeWithCredentialsFromBeforeARenewalGivesNothingBack(t *testing.T) {
	passes(t, nil, func(t *testing.T, w *world, _ *office) {
		c, first := w.enter("", pass("ann", "1h", "admin"))
		if r := c.askRenew(withAuth{pass("ann", "2h", "player")}); r.Error != nil {
			t.Fatal(r.Error)
		}
		renewed := w.session(0).Identity()
		c.cut()
		_, second := w.enter(first.Token, pass("ann", "1h", "admin"))
		if who := w.session(0).Identity(); who.HasRole("admin") || !who.HasRole("player") || second.Expires != uint64(renewed.Expires.UnixMilli()) {
			t.Errorf("roles %v, expires %d after %v", who.Roles, second.Expires, renewed.Expires)
		}
	})
}

func TestAGuestResumesAsTheGuestItWas(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		_, first := w.join("ann")
		if _, second := w.enter(first.Token, []string{"guest", "bob"}); !second.Resumed || second.User != first.User || second.Name != "ann" {
			t.Errorf("welcome %+v after %+v", second, first)
		}
	})
}

func TestWhoIsAwayAsCredentialsExpireIsNotAskedForThem(t *testing.T) {
	passes(t, nil, func(t *testing.T, w *world, _ *office) {
		c, first := w.enter("", pass("ann", "10s"))
		c.cut()
		time.Sleep(20 * time.Second)
		c, _ = w.enter(first.Token, pass("ann", "1h"))
		c.none(time.Second) // not even a stale event
	})
}

func TestASpentTokenOpensNothingForFreshCredentials(t *testing.T) {
	passes(t, nil, func(t *testing.T, w *world, o *office) {
		c, first := w.enter("", pass("ann", "10s"))
		c.cut()
		c, second := w.enter(first.Token, nil)
		c.ping(0) // which confirms the second token
		c.closed()
		looks := o.looks()
		if code := w.refused(passHello(first.Token, pass("ann", "1h"))); code != protocol.CloseResumeRefused {
			t.Errorf("replayed: closed with %d", code)
		}
		if o.looks() != looks {
			t.Error("the credentials were looked at")
		}
		w.enter(second.Token, pass("ann", "1h"))
	})
}

func TestNoCredentialsAreLogged(t *testing.T) {
	var log lockedBuffer
	keep := func(cfg *session.Config) {
		cfg.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	passes(t, keep, func(t *testing.T, w *world, _ *office) {
		c, welcome := w.enter("", pass("ann", "10s", "word-in-a-pass"))
		c.askRenew(withAuth{pass("bob", "10s", "word-in-a-pass")})
		c.closed()
		w.refused(passHello(welcome.Token, []string{"other", "word-in-a-pass"}))
		w.refused(passHello("token-of-nobody", nil))
		w.refused(passHello("", []string{"other", "word-in-a-pass"}))
		synctest.Wait()
		text := log.String()
		if !strings.Contains(text, "not let in") {
			t.Errorf("the log does not say that somebody was not let in:\n%s", text)
		}
		for _, secret := range []string{"word-in-a-pass", "token-of-nobody", welcome.Token} {
			if strings.Contains(text, secret) {
				t.Errorf("the log holds %q:\n%s", secret, text)
			}
		}
	})
}

// lockedBuffer is where several goroutines log.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
