package match_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// herd is a game of which every row changes in every tick.
type herd struct {
	n     int
	own   int         // how many of the rows are seat 1's
	heavy int         // how many of the rows weigh four times as much
	calm  atomic.Bool // nothing changes any more
	table *match.Table[beast]
}

type beast struct {
	Tick uint32
	Seat match.SeatID
	Name string
}

func (g *herd) String() string { return fmt.Sprintf("%d rows, %d own, %d heavy", g.n, g.own, g.heavy) }

func (g *herd) Setup(s *match.Setup) error {
	g.table = match.AddTable[beast](s, "beasts")
	for i := range g.n {
		b := beast{Name: "beast"}
		if i < g.own {
			b.Seat = 1
		}
		g.table.Spawn(b)
	}
	if g.own > 0 {
		g.table.Owner(func(b *beast) match.SeatID { return b.Seat })
	}
	if g.heavy > 0 {
		g.table.Priority(func(_ match.ViewID, id match.EntityID, _ *beast) float64 {
			if int(id) > g.n-g.heavy {
				return 4
			}
			return 1
		})
	}
	return nil
}

func (g *herd) Join(*match.Tick, match.Player)  {}
func (g *herd) Leave(*match.Tick, match.Player) {}

func (g *herd) Step(t *match.Tick) {
	for _, b := range g.table.All() {
		if g.calm.Load() {
			return
		}
		b.Tick = t.Number()*1000 + uint32(t.Rand().IntN(1000)) // which nobody can predict
	}
}

// ages follows a client of a herd: for how long rows wait, and how many of them a snapshot has.
type ages struct {
	last   map[uint32]uint32 // by id: tick of its newest value
	oldest map[uint32]uint32 // by id: the most ticks that it was not sent
	fewest int               // rows in a snapshot
	ticks  int
}

func (a *ages) look(t *testing.T, v *view, budget int) {
	t.Helper()
	rows, sent := &v.world.Tables[0], 0
	for i, id := range rows.IDs {
		at := uint32(rows.Column(0)[i]) / 1000
		if at == v.head.Tick {
			sent++
		}
		if a.last[id] != 0 && a.ticks > arrival {
			a.oldest[id] = max(a.oldest[id], v.head.Tick-a.last[id])
		}
		a.last[id] = at
	}
	if v.body > budget && sent != 1 {
		t.Fatalf("tick %d: a body of %d bytes with %d rows, the budget is %d", v.head.Tick, v.body, sent, budget)
	}
	if a.ticks++; a.ticks > arrival {
		a.fewest = min(a.fewest, sent)
	}
}

// arrival is in how many ticks all rows have come, which take more bytes then than later.
const arrival = 100

func watchHerd(t *testing.T, g *herd, codec string, budget, n int) *ages {
	t.Helper()
	a := &ages{last: map[uint32]uint32{}, oldest: map[uint32]uint32{}, fewest: math.MaxInt}
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _ := openGame(t, g, match.Config{Budget: budget, HashEvery: 1, Counters: counters})
		seat, err := m.Join(match.Member{User: "ada", Out: &outbox{}})
		if err != nil {
			t.Fatal(err)
		}
		v := newView(t, &fakeLink{codec: codec})
		seat.Attach(v.link)
		for range n {
			ticks(1)
			v.read()
			v.ack(seat)
			a.look(t, v, budget)
		}
		if counters.Deferred.Load() == 0 {
			t.Error("nothing had to wait")
		}
		if v.world.Tables[0].Len() != g.n {
			t.Errorf("%d rows of %d are there in the end", v.world.Tables[0].Len(), g.n)
		}
	})
	return a
}

func TestNothingStarvesUnderABudget(t *testing.T) {
	for _, codec := range codecs {
		for _, g := range []*herd{{n: 200}, {n: 200, heavy: 40}, {n: 200, own: 3}, {n: 200, own: 60}} {
			budget := map[string]int{protocol.CodecMP: 100, protocol.CodecPacked: 50}[codec]
			a := watchHerd(t, g, codec, budget, 1000)
			if a.fewest < 2 || a.fewest > 60 {
				t.Fatalf("%d rows in a snapshot: the budget does not fit a few", a.fewest)
			}
			for id := uint32(1); int(id) <= g.n; id++ {
				k, rows, weights := float64(a.fewest), float64(g.n-1), 1.0
				own := int(id) <= g.own
				if g.heavy > 0 && int(id) <= g.n-g.heavy {
					weights = 4
				}
				if g.own > 0 && own {
					// The next snapshot may be the others'.
					k, rows = k/2, float64(g.own)
				} else if g.own > 0 {
					k = max(1, k-float64(g.own))
					if g.own > a.fewest {
						k = float64(a.fewest) / 2
					}
				}
				bound := math.Ceil(rows/k*weights) + 1
				if at := float64(a.oldest[id]); at == 0 || at > bound {
					t.Errorf("%s, %s: row %d was not sent for %v ticks, want %v at most; %d rows a snapshot", codec, g, id, at, bound, a.fewest)
					break
				}
			}
			if g.own == 3 && a.oldest[1] > 1 {
				t.Errorf("an own row waited for %d ticks", a.oldest[1])
			}
		}
	}
}

func TestWhatMattersMoreIsSentMoreOften(t *testing.T) {
	a := watchHerd(t, &herd{n: 200, heavy: 40}, protocol.CodecMP, 100, 1000)
	if light, heavy := a.oldest[1], a.oldest[200]; heavy*3 > light {
		t.Errorf("a row of weight 4 waited for %d ticks, one of weight 1 for %d", heavy, light)
	}
}

func TestABudgetThatFitsNoRowSendsOneAtATime(t *testing.T) {
	for _, codec := range codecs {
		a := watchHerd(t, &herd{n: 5}, codec, 1, 200)
		for id, age := range a.oldest {
			if age > 6 {
				t.Errorf("%s: row %d was not sent for %d ticks", codec, id, age)
			}
		}
	}
}

func TestSecretsAreKeptUnderABudgetToo(t *testing.T) {
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) {
			g := &theatre{teams: seed%2 == 1}
			m, _ := g.open(t, match.Config{Seed: seed, HashEvery: 1, Budget: 60})
			a := newAudit(newCrowd(t, m, 4, 2), g)
			a.exact = false
			a.churn(300, rand.New(rand.NewPCG(seed, 3)))
			for range 130 {
				a.tick()
			}
			a.scan()
		})
	}
}

func TestStreamsUnderABudgetAreOneAgainWhenNothingWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		g := &herd{n: 200}
		m, _ := openGame(t, g, match.Config{Counters: counters, HashEvery: 1, Budget: 300, MaxDivisor: 1})
		c := newCrowd(t, m, 4, 0)
		random := rand.New(rand.NewPCG(1, 1))
		for range 100 {
			c.views[random.IntN(4)].link.setStuck(random.IntN(2) == 0)
			c.tick()
		}
		for _, v := range c.views {
			v.link.setStuck(false)
		}
		g.calm.Store(true)
		for range 240 {
			c.tick()
		}
		c.same()
		before := counters.Encodings.Load()
		for range 10 {
			c.tick()
		}
		if n := counters.Encodings.Load() - before; n != 20 {
			t.Errorf("%d encodings in 10 ticks for two codecs", n)
		}
	})
}
