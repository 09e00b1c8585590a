package session_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// carrier is a house whose sessions can go on elsewhere.
type carrier struct {
	*house
}

func (c *carrier) Carry(s *session.Session) (luggage []byte, whole bool) {
	defer c.enter(s, "carried")()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over[s] = true
	return []byte("house of " + s.Name()), !c.part
}

// town is hubs of one service, and who may ask whom.
type town struct {
	hubs map[string]*session.Hub
	dead map[string]bool
	from string

	awaited map[string]bool // users
}

func (n *town) Awaits(user string) bool { return n.awaited[user] }

func (n *town) Fetch(_ context.Context, node, token string, seq uint32) (session.Carried, error) {
	if n.dead[node] {
		return session.Carried{}, errors.New("no answer")
	}
	carried, err := n.hubs[node].GiveUp(token, seq, n.from)
	if err != nil {
		return carried, err
	}
	return session.DecodeCarried(carried.Encode())
}

// inTown runs a test in a bubble with hubs a, b and c.
func inTown(t *testing.T, test func(t *testing.T, worlds map[string]*world, dead map[string]bool)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		hubs, dead, worlds := map[string]*session.Hub{}, map[string]bool{}, map[string]*world{}
		for _, node := range []string{"a", "b", "c"} {
			w := newWorld(t, func(cfg *session.Config) {
				cfg.Secret, cfg.Node, cfg.Elsewhere = []byte("the secret of all of them"), node, &town{hubs, dead, node, map[string]bool{"member": true}}
				cfg.Handler = &carrier{house: cfg.Handler.(*house)}
			})
			worlds[node], hubs[node] = w, w.hub
		}
		test(t, worlds, dead)
		for _, w := range worlds {
			w.stop()
		}
	})
}

func TestASessionResumesAtAnotherHubWithAllThatItMissed(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		a, b := worlds["a"], worlds["b"]
		ann, welcome := a.join("ann")
		s := a.session(0)
		ann.says(1, 1)
		synctest.Wait()
		ann.cut()
		synctest.Wait()
		for n := range 3 {
			s.Emit("game", fmt.Sprint("news ", n), nil, 0)
		}
		there, again := b.resume(welcome.Token, 1)
		there.events = 1
		if !again.Resumed || again.Session != welcome.Session || again.User != welcome.User || again.Lost != 0 || again.Taken != 1 {
			t.Fatalf("welcome at b: %+v", again)
		}
		for n := uint32(2); n <= 4; n++ {
			if e := there.event(); e.Seq != n || e.Name != fmt.Sprint("news ", n-2) {
				t.Errorf("event %d: %+v", n, e)
			}
		}
		moved := b.session(0)
		if arrived := moved.Arrived(); arrived == nil || !arrived.Whole || string(arrived.House) != "house of ann" {
			t.Errorf("arrived: %+v", arrived)
		}
		moved.Emit("game", "more", nil, 0)
		if e := there.event(); e.Seq != 5 {
			t.Errorf("the next event has number %d", e.Seq)
		}
		for node, want := range map[string]string{"a": "[connected ann disconnected ann carried ann]", "b": "[connected ann]"} {
			if got := fmt.Sprint(worlds[node].house.heard()); got != want {
				t.Errorf("the house of %s heard %s", node, got)
			}
		}
		if a.hub.Sessions() != 0 || a.counters.Emigrated.Load() != 1 || b.counters.Resumes[session.ResumeArrived].Load() != 1 {
			t.Errorf("%d sessions at a, %d left it", a.hub.Sessions(), a.counters.Emigrated.Load())
		}
	})
}

func TestWhoseHouseCannotCarryAllIsToldThatEventsMayBeMissingUntilItHasBeenHeard(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		_, welcome := worlds["a"].join("ann")
		worlds["a"].house.part = true
		worlds["b"].resume(welcome.Token, 0) // this welcome is lost, say
		ann, again := worlds["c"].resume(welcome.Token, 0)
		if again.Session != welcome.Session || again.Lost == 0 {
			t.Errorf("welcome at c: %+v", again)
		}
		ann.ping(0)
		if _, last := worlds["b"].resume(again.Token, 0); last.Session != welcome.Session || last.Lost != 0 {
			t.Errorf("the welcome after: %+v", last)
		}
	})
}

func TestAConnectionThatIsStillThereIsClosedWhenItsSessionGoesOnElsewhere(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		ann, welcome := worlds["a"].join("ann")
		worlds["b"].resume(welcome.Token, 0)
		if code := ann.closed(); code != protocol.CloseDisplaced {
			t.Errorf("closed with %d", code)
		}
	})
}

func TestATokenOfASessionThatMovedOnIsGoodUntilTheClientHasShownTheNewOne(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		_, first := worlds["a"].join("ann")
		worlds["b"].resume(first.Token, 0) // the welcome is lost, say
		for _, node := range []string{"b", "c", "a", "b"} {
			c, again := worlds[node].resume(first.Token, 0)
			if !again.Resumed || again.Session != first.Session {
				t.Fatalf("at %s: %+v", node, again)
			}
			if node == "b" {
				c.cut()
				synctest.Wait()
			}
		}
		c, last := worlds["c"].resume(first.Token, 0)
		c.ping(0) // now it is here for sure
		for _, node := range []string{"a", "b", "c"} {
			if code := worlds[node].refused(resumeHello(first.Token, 0)); code != protocol.CloseResumeExpired && code != protocol.CloseResumeRefused {
				t.Errorf("the spent token at %s: %d", node, code)
			}
		}
		if _, again := worlds["a"].resume(last.Token, 0); again.Session != first.Session {
			t.Errorf("with the newest token: %+v", again)
		}
	})
}

func TestASessionThatAHubCannotTakeStaysWhereItIs(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		ann, welcome := worlds["a"].join("ann")
		s := worlds["a"].session(0)
		ann.cut()
		synctest.Wait()
		s.Emit("game", "news", nil, 0)
		worlds["b"].hub.Drain()
		if code := worlds["b"].refused(resumeHello(welcome.Token, 0)); code != protocol.CloseHandedOver {
			t.Errorf("closed with %d", code)
		}
		there, again := worlds["c"].resume(welcome.Token, 0)
		if again.Session != welcome.Session || again.Lost != 0 {
			t.Errorf("welcome at c: %+v", again)
		}
		if e := there.event(); e.Name != "news" {
			t.Errorf("heard %+v", e)
		}
	})
}

func TestAHubThatSendsAwayHandsItsSessionsOverAndTakesThemAgainLater(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		ann, welcome := worlds["a"].join("ann")
		worlds["a"].hub.SendAway(true)
		if code := ann.closed(); code != protocol.CloseHandedOver {
			t.Errorf("closed with %d", code)
		}
		if _, again := worlds["b"].resume(welcome.Token, 0); again.Session != welcome.Session || again.Lost != 0 {
			t.Errorf("welcome at b: %+v", again)
		}
		worlds["a"].hub.SendAway(false)
		worlds["a"].join("bob")
	})
}

func TestASessionOfADeadNodeIsMadeAnewForItsUser(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, dead map[string]bool) {
		_, welcome := worlds["a"].join("ann")
		dead["a"] = true
		ann, again := worlds["b"].resume(welcome.Token, 7)
		if !again.Resumed || again.Session == welcome.Session || again.User != welcome.User || again.Name != "ann" || again.Lost == 0 || again.Taken != 0 {
			t.Errorf("welcome: %+v", again)
		}
		if arrived := worlds["b"].session(0).Arrived(); arrived == nil || arrived.Whole {
			t.Errorf("arrived: %+v", arrived)
		}
		worlds["b"].session(0).Emit("game", "news", nil, 0)
		ann.events = 7
		ann.event() // the number after the newest that the client had
	})
}

func TestWhoIsOverAtItsHubIsOverEverywhere(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		_, welcome := worlds["a"].join("ann")
		worlds["a"].session(0).End(protocol.CloseKicked)
		synctest.Wait()
		if code := worlds["b"].refused(resumeHello(welcome.Token, 0)); code != protocol.CloseResumeExpired {
			t.Errorf("closed with %d", code)
		}
	})
}

func TestATokenIsNotGoodElsewhereForEver(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, dead map[string]bool) {
		ann, welcome := worlds["a"].join("ann")
		ann.cut()
		dead["a"] = true
		time.Sleep(25 * time.Hour)
		if code := worlds["b"].refused(resumeHello(welcome.Token, 0)); code != protocol.CloseResumeExpired {
			t.Errorf("closed with %d", code)
		}
	})
}

func TestBytesThatAreNoSessionAreRefused(t *testing.T) {
	good := (&session.Carried{Session: "s", User: "u", Last: 2, Kept: [][]byte{{1}, {2}}}).Encode()
	if _, err := session.DecodeCarried(good); err != nil {
		t.Fatal(err)
	}
	for what, b := range map[string][]byte{
		"nothing": nil, "cut": good[:len(good)-1], "more": append(append([]byte{}, good...), 0), "other": {0x91, 1}, "no array": {1},
		"more kept than there were": (&session.Carried{Last: 1, Kept: [][]byte{{1}, {2}}}).Encode(),
	} {
		if _, err := session.DecodeCarried(b); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAHubThatShutsDownKeepsSessionsUntilOthersHaveTakenThem(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		ann, welcome := worlds["a"].join("ann")
		done := make(chan error, 1)
		go func() { done <- worlds["a"].hub.Shutdown(t.Context()) }()
		if code := ann.closed(); code != protocol.CloseHandedOver {
			t.Errorf("closed with %d", code)
		}
		_, again := worlds["b"].resume(welcome.Token, 0)
		if again.Session != welcome.Session {
			t.Errorf("welcome: %+v", again)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		for node, want := range map[string]string{"a": "[connected ann carried ann]", "b": "[connected ann]"} {
			if got := fmt.Sprint(worlds[node].house.heard()); got != want && got != "[connected ann disconnected ann carried ann]" {
				t.Errorf("the house of %s heard %s", node, got)
			}
		}
	})
}

// named lets in whoever says their name and the password, and has the role that the name says.
type named struct{}

func (named) Authenticate(_ context.Context, auth []string) (session.Identity, error) {
	if len(auth) != 3 || auth[2] != "password" {
		return session.Identity{}, errors.New("no")
	}
	return session.Identity{User: auth[1], Name: auth[1], Roles: []string{"admin"}}, nil
}

func TestASpentTokenOfADeadNodeIsNoLoginForWhomNobodyAwaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hubs, dead := map[string]*session.Hub{}, map[string]bool{}
		at := func(node string) *world {
			w := newWorld(t, func(cfg *session.Config) {
				cfg.Secret, cfg.Node, cfg.Auth = []byte("the secret of all of them"), node, named{}
				cfg.Elsewhere = &town{hubs, dead, node, map[string]bool{"member": true}}
				cfg.Handler = &carrier{house: cfg.Handler.(*house)}
			})
			hubs[node] = w.hub
			return w
		}
		a, b := at("a"), at("b")
		enter := func(w *world, token, user, password string) *client {
			c, h := w.dial(), hello("")
			h.Auth = []string{"name", user, password}
			if token != "" {
				h.Resume = &protocol.Resume{Token: token}
			}
			c.send(h)
			return c
		}
		tokenOf := func(user string) string {
			return expect[protocol.Welcome](enter(a, "", user, "password"), protocol.KindWelcome).Token
		}
		member, stranger := tokenOf("member"), tokenOf("stranger")
		dead["a"] = true
		if code := enter(b, stranger, "stranger", "wrong").closed(); code != protocol.CloseResumeExpired {
			t.Error("a token alone lets somebody in whom nobody awaits")
		}
		if again := expect[protocol.Welcome](enter(b, stranger, "stranger", "password"), protocol.KindWelcome); !again.Resumed || again.User != "stranger" {
			t.Errorf("with a password: %+v", again)
		}
		first := enter(b, member, "member", "wrong")
		expect[protocol.Welcome](first, protocol.KindWelcome)
		second := enter(b, member, "member", "wrong")
		expect[protocol.Welcome](second, protocol.KindWelcome)
		if code := first.closed(); code != protocol.CloseDisplaced {
			t.Errorf("the session that the token made first is closed with %d", code)
		}
		second.cut()
		a.stop()
		b.stop()
	})
}

func TestAMissIsToldByTheNextWelcomesUntilOneHasBeenHeard(t *testing.T) {
	inTown(t, func(t *testing.T, worlds map[string]*world, _ map[string]bool) {
		a := worlds["a"]
		ann, welcome := a.join("ann")
		ann.ping(0)
		s := a.session(0)
		s.Emit("game", "before", nil, 0)
		s.Miss()
		if e := ann.event(); e.Name != "before" {
			t.Errorf("event %+v", e)
		}
		if code := ann.closed(); code != protocol.CloseMissed {
			t.Errorf("closed with %d", code)
		}
		_, again := a.resume(welcome.Token, 1) // this welcome is lost, say
		if again.Lost == 0 || !again.Resumed {
			t.Errorf("welcome %+v", again)
		}
		ann, again = a.resume(welcome.Token, 1)
		if again.Lost == 0 {
			t.Errorf("welcome %+v", again)
		}
		ann.ping(0)
		synctest.Wait()
		ann.cut()
		synctest.Wait()
		ann, last := a.resume(again.Token, 1)
		if last.Lost != 0 {
			t.Errorf("welcome %+v", last)
		}
		ann.ping(0)
		synctest.Wait()
		ann.cut()
		synctest.Wait()
		s.Miss() // while nobody is there
		if _, there := worlds["b"].resume(last.Token, 1); there.Lost == 0 {
			t.Errorf("welcome at b: %+v", there)
		}
	})
}
