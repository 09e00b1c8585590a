package match_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

var codecs = []string{protocol.CodecMP, protocol.CodecPacked}

// crowd is a match full of players and spectators, of whom every other one reads codec "packed".
type crowd struct {
	t     *testing.T
	seats []*match.Seat
	views []*view
}

func newCrowd(t *testing.T, m *match.Match, players, watchers int) *crowd {
	t.Helper()
	c := &crowd{t: t}
	for i := range players + watchers {
		member := match.Member{User: fmt.Sprint("user ", i), Name: fmt.Sprint("name ", i), Out: &outbox{}}
		join := m.Join
		if i >= players {
			join = m.Watch
		}
		seat, err := join(member)
		if err != nil {
			t.Fatal(err)
		}
		c.seats = append(c.seats, seat)
		c.views = append(c.views, nil)
		c.connect(i)
	}
	return c
}

// connect gives a seat a new connection.
func (c *crowd) connect(i int) {
	c.views[i] = newView(c.t, &fakeLink{codec: codecs[i%2]})
	c.seats[i].Attach(c.views[i].link)
}

// tick lets a tick pass, after which everyone reads and acknowledges.
func (c *crowd) tick() {
	c.t.Helper()
	ticks(1)
	for i, v := range c.views {
		v.read()
		if v.world != nil {
			v.ack(c.seats[i])
		}
	}
}

func (c *crowd) same() {
	c.t.Helper()
	want := c.views[0]
	for i, v := range c.views {
		if v.head.Tick != want.head.Tick || protocol.Hash(v.world, v.enter.Tables) != protocol.Hash(want.world, v.enter.Tables) {
			c.t.Fatalf("seat %d holds another world at %d than the first at %d", i, v.head.Tick, want.head.Tick)
		}
	}
}

func TestWhateverSocketsAreReadyEveryoneHoldsTheWorldThatWasSent(t *testing.T) {
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) {
			counters := new(match.Counters)
			// One of three has a steady rate, so that in the end all seats are due in one tick.
			steady := seed == 0
			cfg := match.Config{Counters: counters, HashEvery: 1}
			if steady {
				cfg.MaxDivisor = 1
			}
			m, _, _ := start(t, cfg)
			c := newCrowd(t, m, 4, 8)
			random := rand.New(rand.NewPCG(seed, 1))
			for range 400 {
				i := random.IntN(len(c.seats))
				switch random.IntN(12) {
				case 0:
					if c.views[i].world != nil {
						c.views[i].resync(c.seats[i])
					}
				case 1:
					c.seats[i].Detach(c.views[i].link)
					c.connect(i)
				case 2:
					c.connect(i)
				default:
					c.views[i].link.setStuck(random.IntN(3) != 0)
				}
				c.tick()
				for i, v := range c.views[:4] {
					if v.world == nil {
						continue
					}
					if err := v.input(c.seats[i], v.head.Tick+3, random.IntN(3)-1); err != nil {
						t.Fatal(err)
					}
				}
			}
			if counters.Desyncs.Load() != 0 {
				t.Error("there were desyncs")
			}
			if !steady {
				return
			}
			for _, v := range c.views {
				v.link.setStuck(false)
			}
			for range 3 {
				c.tick()
			}
			c.same()
			for range 121 { // until streams have been merged
				c.tick()
			}
			before := counters.Encodings.Load()
			for range 60 {
				c.tick()
			}
			if n := counters.Encodings.Load() - before; n != 60*2 {
				t.Errorf("%d encodings in 60 ticks for two codecs", n)
			}
		})
	}
}

func TestASeatThatMissesATickForksAndComesTogetherAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, _ := start(t, match.Config{Counters: counters, HashEvery: 1})
		c := newCrowd(t, m, 4, 0)
		encodings := func(n int) uint64 {
			before := counters.Encodings.Load()
			for range n {
				c.tick()
			}
			return counters.Encodings.Load() - before
		}
		encodings(10)
		// Of each codec one seat misses tick 11. In tick 12 there are two baselines for each. After it codec "mp" is one stream again.
		c.views[0].link.setStuck(true)
		c.views[1].link.setStuck(true)
		if n := encodings(1); n != 2 {
			t.Errorf("%d encodings while one seat of each codec waits", n)
		}
		c.views[0].link.setStuck(false)
		c.views[1].link.setStuck(false)
		if n := encodings(1); n != 4 {
			t.Errorf("%d encodings for two baselines in two codecs", n)
		}
		if n := encodings(5); n != 15 {
			t.Errorf("%d encodings in 5 ticks for one stream of mp and two of packed", n)
		}
		encodings(5)
		if n := encodings(10); n != 20 {
			t.Errorf("%d encodings in 10 ticks after the streams of packed were merged", n)
		}
		keyframes := 0
		for _, v := range c.views {
			for _, h := range v.heads {
				if h.Base == 0 {
					keyframes++
				}
			}
		}
		if keyframes != 4 {
			t.Errorf("%d keyframes for 4 seats", keyframes)
		}
	})
}

func TestSeatsThatMissTicksAtRandomStillShareBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, _ := start(t, match.Config{Counters: counters, MaxDivisor: 1})
		c := newCrowd(t, m, 4, 12)
		random := rand.New(rand.NewPCG(1, 1))
		const span = 600
		for range span {
			for _, v := range c.views {
				v.link.setStuck(random.IntN(50) == 0)
			}
			c.tick()
		}
		// Eight seats of each codec: without merges those of "packed" would need 5 encodings a tick or more.
		if n := counters.Encodings.Load(); n > span*7/2 {
			t.Errorf("%d encodings in %d ticks", n, span)
		}
	})
}
