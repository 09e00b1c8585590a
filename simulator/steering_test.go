package simulator_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator"
)

// steeredSwarm is a match in which one player steers the first of some entities, after one tick.
func steeredSwarm(t *testing.T, entities int) *match.Sim {
	t.Helper()
	sim, err := match.NewSim(swarm.Kind(), match.SimConfig{Seed: 1, Settings: match.Settings{"entities": entities, "steered": 1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sim.Join("bot"); err != nil {
		t.Fatal(err)
	}
	if err := sim.Step(); err != nil {
		t.Fatal(err)
	}
	return sim
}

// inSwarm puts a client into a match's seat 1.
func inSwarm(t *testing.T, sim *match.Sim, test func(room *client.Room, show func(*protocol.Snapshot))) {
	t.Helper()
	inRoomOf(t, protocol.Enter{Game: "swarm", Tables: sim.Schema(), Inputs: sim.Inputs()}, sim.Snapshot(), test)
}

func steeringBot(seed uint64, room *client.Room) *simulator.Steering {
	bot := &simulator.Steering{Rand: rand.New(rand.NewPCG(seed, 0))}
	bot.Enter(room)
	return bot
}

// drive lets a bot play a match for some seconds, by the views that a client has of it, and calls each after every tick.
func drive(t *testing.T, seed uint64, seconds int, each func(sim *match.Sim, x, y float64)) {
	t.Helper()
	sim := steeredSwarm(t, 20)
	inSwarm(t, sim, func(room *client.Room, show func(*protocol.Snapshot)) {
		bot, in := steeringBot(seed, room), room.NewInput()
		own, turn, thrust := room.Table("entities"), room.Input("turn"), room.Input("thrust")
		for range seconds * 60 {
			bot.Think(room.View(), in)
			if err := sim.Input(1, swarm.Input{Turn: int(in.Value(turn)), Thrust: in.Value(thrust) != 0}); err != nil {
				t.Fatal(err)
			}
			if err := sim.Step(); err != nil {
				t.Fatal(err)
			}
			show(sim.Snapshot())
			each(sim, own.Column("x").Float(room.View(), 0), own.Column("y").Float(room.View(), 0))
		}
	})
}

func TestASteeringBotGoesAllOverTheFieldAndIntoNoEdge(t *testing.T) {
	t.Parallel()
	quarters := map[[2]bool]bool{}
	way, ticks, lastX, lastY := 0.0, 0, math.NaN(), 0.0
	drive(t, 1, 90, func(_ *match.Sim, x, y float64) {
		quarters[[2]bool{x > 1000, y > 1000}] = true
		if ticks++; !math.IsNaN(lastX) {
			way += math.Hypot(x-lastX, y-lastY)
		}
		lastX, lastY = x, y
		if ticks > 10*60 && (min(x, y) == 0 || max(x, y) == 2000) {
			t.Fatalf("at the edge, (%v, %v)", x, y)
		}
	})
	if len(quarters) != 4 || way < 90*400*0.7 {
		t.Errorf("in 90 s it was in %d quarters of the field and went %.0f units, of 36000 at most", len(quarters), way)
	}
}

func TestASteeringBotDoesTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (chain []uint32) {
		drive(t, seed, 10, func(sim *match.Sim, _, _ float64) { chain = append(chain, sim.Hash()) })
		return chain
	}
	first := run(1)
	if !slices.Equal(first, run(1)) {
		t.Error("the same seed, and another way")
	}
	if slices.Equal(first, run(2)) {
		t.Error("another seed, and the same way")
	}
}

func TestASteeringBotTurnsAwayFromANeighbour(t *testing.T) {
	sim := steeredSwarm(t, 2)
	fields, world := sim.Schema()[0].Fields, protocol.NewSnapshot(sim.Schema())
	place := func(tick uint32, angle float64, neighbourX float64) *protocol.Snapshot {
		world.Reset(tick)
		rows := &world.Tables[0]
		rows.Resize(2, fields)
		for row, values := range [][]float64{{1000, 1000, angle}, {neighbourX, 1000, 0}} {
			rows.IDs[row] = uint32(row + 1)
			for f, v := range values {
				rows.Column(f)[row], _ = fields[f].Quantum(v)
			}
		}
		return world
	}
	inSwarm(t, sim, func(room *client.Room, show func(*protocol.Snapshot)) {
		in, thrust, turn := room.NewInput(), room.Input("thrust"), room.Input("turn")
		thrusts := func(seed uint64) bool {
			steeringBot(seed, room).Think(room.View(), in)
			return in.Value(thrust) != 0
		}
		towards := 0
		for seed := range uint64(30) {
			show(place(uint32(10+3*seed), 0, 1010)) // it points at one that is 10 units away
			if thrusts(seed) || in.Value(turn) == 0 {
				t.Errorf("seed %d: it goes on towards its neighbour", seed)
			}
			show(place(uint32(11+3*seed), math.Pi, 1010))
			if !thrusts(seed) {
				t.Errorf("seed %d: it does not go away from its neighbour", seed)
			}
			show(place(uint32(12+3*seed), 0, 1500)) // it is far
			if thrusts(seed) {
				towards++
			}
		}
		if towards == 0 || towards == 30 {
			t.Errorf("with the other one far away, %d of 30 goals are ahead", towards)
		}
	})
}

func TestASteeringBotDoesNotAllocateWhileItThinks(t *testing.T) {
	inSwarm(t, steeredSwarm(t, 200), func(room *client.Room, _ func(*protocol.Snapshot)) {
		bot, in := steeringBot(1, room), room.NewInput()
		if n := testing.AllocsPerRun(100, func() { bot.Think(room.View(), in) }); n != 0 {
			t.Errorf("%v allocations a tick", n)
		}
	})
}

func TestASteeringBotMakesDoWithAnyGame(t *testing.T) {
	if r := mustPlay(t, faults{}, simulator.Config{}, simulator.Group{Behaviour: "steering"}); r.Failed != 0 {
		t.Errorf("failed %d bots: %v", r.Failed, reasons(r))
	}
}

// watched is the ready bot, which notes how far its entity went from where it saw it first.
type watched struct {
	simulator.Steering
	room     *client.Room
	farthest *atomic.Int64 // whole units
	x, y     float64
	started  bool
}

func (b *watched) Enter(room *client.Room) {
	b.Steering.Enter(room)
	b.room = room
}

func (b *watched) Think(v *client.View, in *client.Input) {
	b.Steering.Think(v, in)
	entities := b.room.Table("entities")
	row, ok := entities.Row(v, uint32(b.room.Seat))
	if !ok {
		return
	}
	x, y := entities.Column("x").Float(v, row), entities.Column("y").Float(v, row)
	if !b.started {
		b.x, b.y, b.started = x, y, true
	}
	b.farthest.Store(max(b.farthest.Load(), int64(math.Hypot(x-b.x, y-b.y))))
}

func TestSteeringBotsPlayAServerAndTheirInputsHaveAnEffect(t *testing.T) {
	t.Parallel()
	settings := map[string]int{"entities": 40, "steered": 1}
	var went [4]atomic.Int64
	r, err := simulator.Run(t.Context(), simulator.Config{URL: realServer(t), For: 2 * time.Second, Groups: []simulator.Group{
		{Name: "watched", Game: "swarm", Bots: 4, RoomSize: 2, MinRate: -1, Settings: settings, NewBot: func(i int, rng *rand.Rand) simulator.Bot {
			return &watched{Steering: simulator.Steering{Rand: rng}, farthest: &went[i]}
		}},
		{Name: "by default", Game: "swarm", Bots: 2, MinRate: -1, Settings: settings},
		{Name: "near-sighted", Game: "swarm", Bots: 2, MinRate: -1, Settings: map[string]int{"entities": 40, "steered": 1, "view": 300}, Behaviour: "steering"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range r.Groups {
		if g.Failed != 0 || g.Latency.Count == 0 || g.Desyncs != 0 {
			t.Errorf("%s: failed %v, %d inputs had an effect, %d desyncs", g.Name, reasons(g), g.Latency.Count, g.Desyncs)
		}
	}
	if !r.OK() {
		t.Errorf("invariants %+v", r.Invariants)
	}
	for i := range went {
		if went[i].Load() == 0 {
			t.Errorf("the entity of bot %d stood still", i+1)
		}
	}
}
