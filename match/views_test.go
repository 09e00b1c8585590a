package match_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deltatick/deltatick/match"
)

// audit holds what the clients of a theatre are sent against what they may know.
type audit struct {
	*crowd
	game   *theatre
	known  []map[uint32]bool // by client: actors that it has been shown
	shown  []map[uint32]bool // by client: actors in its last snapshot
	last   []uint32          // by client: tick of its last snapshot
	bodies [][]byte          // by client: all it was sent over earlier connections
	exact  bool              // rows hold the values of the tick: there is no budget
}

func newAudit(c *crowd, g *theatre) *audit {
	n := len(c.seats)
	a := &audit{crowd: c, game: g, exact: true, last: make([]uint32, n), bodies: make([][]byte, n)}
	for range n {
		a.known, a.shown = append(a.known, map[uint32]bool{}), append(a.shown, map[uint32]bool{})
	}
	return a
}

func (a *audit) reconnect(i int) {
	a.bodies[i] = append(a.bodies[i], a.views[i].link.bodies...)
	a.connect(i)
}

func (a *audit) tick() {
	a.t.Helper()
	a.crowd.tick()
	for i, v := range a.views {
		if v.world != nil && v.head.Tick != a.last[i] {
			a.last[i] = v.head.Tick
			a.check(i, v)
		}
	}
}

// may reports whether a seat may see an actor at a tick, by distance at, or not long before, and whether it must.
func (a *audit) may(seat match.SeatID, id, tick uint32) (may, must bool) {
	now := a.game.at(tick)
	me := now.actors[id]
	if me.Seat != 0 && a.game.eyes(me.Seat) == a.game.eyes(seat) && seat != 0 {
		return true, true
	}
	if me.Hidden {
		return false, false
	}
	far := now.far(a.game.eyes(seat), id)
	if far <= loses {
		return true, far <= sees
	}
	for t := tick; t > 0 && t+holds > tick; t-- {
		then := a.game.at(t)
		if _, lived := then.actors[id]; lived && then.far(a.game.eyes(seat), id) <= sees {
			return true, false
		}
	}
	return false, false
}

func (a *audit) check(i int, v *view) {
	a.t.Helper()
	seat, tick := a.seats[i].ID(), v.head.Tick
	now, got := a.game.at(tick), actorsOf(v)
	owns := func(owner match.SeatID) bool {
		return owner != 0 && seat != 0 && a.game.eyes(owner) == a.game.eyes(seat)
	}
	for id, actor := range got {
		truth, lives := now.actors[id]
		may, _ := a.may(seat, id, tick)
		if !lives || !may {
			a.t.Fatalf("tick %d: seat %d was shown actor %d, %v away: %+v", tick, seat, id, now.far(seat, id), truth)
		}
		if !owns(truth.Seat) {
			truth.Mask = 5 // what is nearest to 0 in its range
		}
		if a.exact && actor != truth {
			a.t.Fatalf("tick %d: seat %d holds actor %d as %+v, want %+v", tick, seat, id, actor, truth)
		}
		if actor.Mask != truth.Mask {
			a.t.Fatalf("tick %d: seat %d knows that the mask of %d is %d", tick, seat, id, actor.Mask)
		}
		if a.exact && now.far(a.game.eyes(seat), id) > sees && !a.shown[i][id] && v.head.Base != 0 && v.head.Tick == v.head.Base+1 && !owns(truth.Seat) {
			a.t.Fatalf("tick %d: actor %d came into the view of seat %d from %v away", tick, id, seat, now.far(seat, id))
		}
	}
	a.shown[i] = map[uint32]bool{}
	for id := range now.actors {
		_, shown := got[id]
		if _, must := a.may(seat, id, tick); must && !shown && a.exact {
			a.t.Fatalf("tick %d: seat %d does not see actor %d, %v away", tick, seat, id, now.far(seat, id))
		}
		if shown {
			a.shown[i][id], a.known[i][id] = true, true
		}
	}
	for id, c := range cardsOf(v) {
		truth := now.cards[id]
		if !owns(truth.Seat) {
			truth.Face, truth.Suit = "", 0
		}
		if c != truth {
			a.t.Fatalf("tick %d: seat %d holds card %d as %+v, want %+v", tick, seat, id, c, truth)
		}
	}
}

// scan looks for what a client may not know in every byte that it was sent.
func (a *audit) scan() {
	a.t.Helper()
	found := 0
	for i, v := range a.views {
		sent := append(a.bodies[i], v.link.bodies...)
		holds := func(what string, secret []byte, allowed bool) {
			if !bytes.Contains(sent, secret) {
				return
			}
			if found++; !allowed {
				a.t.Errorf("client %d was sent %s %q", i, what, secret)
			}
		}
		ids := map[uint32]match.SeatID{}
		cards := map[uint32]match.SeatID{}
		for _, act := range a.game.history {
			for id, actor := range act.actors {
				ids[id] = actor.Seat
			}
			for id, card := range act.cards {
				cards[id] = card.Seat
			}
		}
		owns := func(owner match.SeatID) bool {
			return owner != 0 && a.seats[i].ID() != 0 && a.game.eyes(owner) == a.game.eyes(a.seats[i].ID())
		}
		for id, owner := range ids {
			holds("an actor's name", []byte(actorName(id)), a.known[i][id])
			holds("a mask", binary.BigEndian.AppendUint32(nil, 100_000+id), owns(owner))
		}
		for id, owner := range cards {
			holds("a face", []byte(cardFace(id)), owns(owner))
			holds("a suit", binary.BigEndian.AppendUint32(nil, 500_000+id), owns(owner))
		}
	}
	if found == 0 {
		a.t.Error("nothing was found, not even what may be: the scan does not work")
	}
}

// churn lets ticks pass in which sockets block, clients ask for keyframes, and connections come and go.
func (a *audit) churn(n int, random *rand.Rand) {
	a.t.Helper()
	for range n {
		i := random.IntN(len(a.seats))
		switch random.IntN(16) {
		case 0:
			if a.views[i].world != nil {
				a.views[i].resync(a.seats[i])
			}
		case 1:
			a.reconnect(i)
		default:
			a.views[i].link.setStuck(random.IntN(3) == 0)
		}
		a.tick()
	}
	for _, v := range a.views {
		v.link.setStuck(false)
	}
}

func TestASeatIsSentWhatItMaySeeAndNothingElse(t *testing.T) {
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			g := &theatre{teams: seed%2 == 1}
			m, _ := g.open(t, match.Config{Seed: seed, HashEvery: 1})
			a := newAudit(newCrowd(t, m, 4, 2), g)
			a.churn(300, rand.New(rand.NewPCG(seed, 2)))
			for range 130 { // streams are merged
				a.tick()
			}
			a.seats[3].Leave(match.ReasonLeft)
			for range 10 {
				a.tick()
			}
			a.scan()
		})
	}
}

func TestWhoSeesEverythingIsSentTheWorldItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		g := &allSeeing{}
		m, _ := g.open(t, match.Config{Counters: counters})
		c := newCrowd(t, m, 2, 2)
		for range 10 {
			c.tick()
		}
		for i, v := range c.views {
			if want := map[bool]int{true: crew + 2, false: 1}[c.seats[i].ID() == 0]; len(actorsOf(v)) < want {
				t.Errorf("client %d sees %d actors", i, len(actorsOf(v)))
			}
		}
		// The spectators are a client of each codec with one view, the players one each with a view of their own.
		before := counters.Encodings.Load()
		for range 10 {
			c.tick()
		}
		if n := counters.Encodings.Load() - before; n != 40 {
			t.Errorf("%d encodings in 10 ticks for 3 views, one of them in two codecs", n)
		}
		masks := 0
		for id, actor := range actorsOf(c.views[2]) {
			if actor.Mask == 100_000+int(id) {
				masks++
			}
		}
		if masks < crew {
			t.Errorf("who sees everything sees %d masks", masks)
		}
	})
}

// allSeeing is a theatre whose spectators see everything.
type allSeeing struct{ theatre }

func (g *allSeeing) View(seat match.SeatID) match.View {
	if seat == 0 {
		return match.View{All: true}
	}
	return g.theatre.View(seat)
}

func (g *allSeeing) open(t *testing.T, cfg match.Config) (*match.Match, <-chan error) {
	t.Helper()
	return openGame(t, g, cfg)
}

func TestATeamSharesItsBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		encodings := func(teams bool) uint64 {
			counters := new(match.Counters)
			g := &theatre{teams: teams}
			m, _ := g.open(t, match.Config{Counters: counters})
			for range 2 {
				seat, err := m.Join(match.Member{User: "u", Out: &outbox{}})
				if err != nil {
					t.Fatal(err)
				}
				seat.Attach(&fakeLink{})
			}
			ticks(10)
			if n := counters.Snapshots.Load(); n < 18 {
				t.Errorf("%d snapshots", n)
			}
			return counters.Snapshots.Load() - counters.Encodings.Load()
		}
		if shared := encodings(false); shared != 0 {
			t.Errorf("two players with views of their own shared %d bodies", shared)
		}
		if shared := encodings(true); shared < 9 {
			t.Errorf("two players of a team shared %d bodies", shared)
		}
	})
}

func TestARowEntersAtOneRadiusAndLeavesBeyondAnother(t *testing.T) {
	// x at which the row is, for ticks; whether it is in view at the end of them
	for _, step := range []struct {
		name string
		path []float64
		want []bool
	}{
		{"between the radii it does not enter", []float64{200, 110, 101}, []bool{false, false, false}},
		{"between the radii it does not leave", []float64{100, 114.5}, []bool{true, true}},
		{"beyond the second it leaves", []float64{100, 114.5, 115.5, 110, 99}, []bool{true, true, false, false, true}},
	} {
		t.Run(step.name, func(t *testing.T) {
			x := 0.0
			g := &theatre{still: true, script: func(_ *match.Tick, g *theatre) {
				for _, a := range g.actors.All() {
					a.X, a.Y = 1500, 1500
					if a.Seat != 0 {
						a.X, a.Y = 0, 0
					}
				}
				g.actors.Get(1).X, g.actors.Get(1).Y = x, 0
			}}
			sim := newTheatreSim(t, g)
			seat, err := sim.Join("ada")
			if err != nil {
				t.Fatal(err)
			}
			for i, at := range step.path {
				x = at
				for range holds + 1 { // nothing is held any more
					if err := sim.Step(); err != nil {
						t.Fatal(err)
					}
					if _, err := sim.SeenBy(seat); err != nil {
						t.Fatal(err)
					}
				}
				seen, err := sim.SeenBy(seat)
				if err != nil {
					t.Fatal(err)
				}
				if _, in := seen.Tables[0].Find(1); in != step.want[i] {
					t.Errorf("at %v after %v it is in view: %v", at, step.path[:i], in)
				}
			}
		})
	}
}

func TestARowStaysInViewForTheHoldTime(t *testing.T) {
	x := 50.0
	g := &theatre{still: true, script: func(_ *match.Tick, g *theatre) {
		for _, a := range g.actors.All() {
			a.X, a.Y = 1500, 1500
			if a.Seat != 0 {
				a.X, a.Y = 0, 0
			}
		}
		g.actors.Get(1).X, g.actors.Get(1).Y = x, 0
	}}
	sim := newTheatreSim(t, g)
	seat, err := sim.Join("ada")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 100; n++ {
		if err := sim.Step(); err != nil {
			t.Fatal(err)
		}
		seen, err := sim.SeenBy(seat)
		if err != nil {
			t.Fatal(err)
		}
		x = 1500
		if _, in := seen.Tables[0].Find(1); in != (n <= holds) {
			t.Fatalf("in view for %d ticks: %v", n, in)
		}
	}
}

func TestLeavingTheViewIsToldFromDying(t *testing.T) {
	for _, codec := range codecs {
		synctest.Test(t, func(t *testing.T) {
			const leaves, dies, stays = 1, 2, 3
			g := &theatre{still: true, script: func(now *match.Tick, g *theatre) {
				for id := match.EntityID(leaves); id <= stays; id++ {
					if a := g.actors.Get(id); a != nil {
						a.X, a.Y = 0, 0
					}
				}
				if now.Number() == 10 {
					g.actors.Get(leaves).Hidden = true
					g.actors.Despawn(dies)
				}
				if now.Number() == 20 {
					g.actors.Get(leaves).Hidden = false
				}
			}}
			m, _ := g.open(t, match.Config{HashEvery: 1})
			seat, err := m.Watch(match.Member{User: "w", Out: &outbox{}})
			if err != nil {
				t.Fatal(err)
			}
			v := newView(t, &fakeLink{codec: codec})
			seat.Attach(v.link)
			for v.head.Tick < 30 {
				ticks(1)
				v.read()
				v.ack(seat)
				rows := &v.world.Tables[0]
				var want []uint32
				if v.head.Tick == 10 {
					want = []uint32{leaves}
				}
				if diff := cmp.Diff(want, slices.Clone(rows.Left), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("tick %d: %s", v.head.Tick, diff)
				}
				for id, in := range map[uint32]bool{leaves: v.head.Tick < 10 || v.head.Tick >= 20, dies: v.head.Tick < 10, stays: true} {
					if _, there := rows.Find(id); there != in {
						t.Errorf("tick %d: actor %d is in view: %v", v.head.Tick, id, there)
					}
				}
			}
		})
	}
}

func newTheatreSim(t *testing.T, g *theatre) *match.Sim {
	t.Helper()
	sim, err := match.NewSim(match.Kind{Name: "theatre", New: func() match.Game { return g }}, match.SimConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

func TestAGameThatBreaksWhileItLooksEndsTheMatchOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &theatre{breaks: "visible"}
		m, over := g.open(t, match.Config{})
		newCrowd(t, m, 1, 0)
		time.Sleep(time.Second)
		if err := <-over; err == nil || m.Result().Reason != match.ReasonFailed {
			t.Errorf("Run returned %v, the result is %+v", err, m.Result())
		}
	})
}

func TestDeclarationsThatCannotWorkAreRefused(t *testing.T) {
	for name, setup := range map[string]func(s *match.Setup){
		"a private field without an owner": func(s *match.Setup) { match.AddTable[card](s, "cards") },
		"interest without a viewer": func(s *match.Setup) {
			match.AddTable[mover](s, "movers").Interest(match.Grid{Radius: 1}, func(*mover) (x, y float64) { return 0, 0 })
		},
		"a private input": func(s *match.Setup) {
			match.AddInputs[struct {
				A bool `sync:"private"`
			}](s)
		},
	} {
		kind := match.Kind{Name: "setup", New: func() match.Game { return setupOnly{setup} }}
		if _, err := kind.Checked(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	for _, g := range []match.Grid{{}, {Radius: -1}, {Radius: 10, Leave: 9}, {Radius: 10, Leave: 41}} {
		kind := match.Kind{Name: "setup", New: func() match.Game {
			return viewingSetup{setupOnly{func(s *match.Setup) {
				match.AddTable[mover](s, "movers").Interest(g, func(*mover) (x, y float64) { return 0, 0 })
			}}}
		}}
		if _, err := kind.Checked(); err == nil {
			t.Errorf("%+v was accepted", g)
		}
	}
}

// setupOnly is a game that is only set up.
type setupOnly struct{ setup func(*match.Setup) }

func (g setupOnly) Setup(s *match.Setup) error {
	g.setup(s)
	return nil
}
func (setupOnly) Join(*match.Tick, match.Player)  {}
func (setupOnly) Step(*match.Tick)                {}
func (setupOnly) Leave(*match.Tick, match.Player) {}

type viewingSetup struct{ setupOnly }

func (viewingSetup) View(match.SeatID) match.View { return match.View{} }
