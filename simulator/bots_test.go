package simulator_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator"
)

var (
	coordinate  = protocol.Field{Kind: protocol.FieldFixed, Step: 0.01, Max: 160_000}
	arenaSchema = protocol.Schema{
		{Name: "ships", Fields: protocol.Fields{named(coordinate, "x"), named(coordinate, "y"),
			{Name: "heading", Kind: protocol.FieldAngle, Bits: 12}, {Name: "seat", Kind: protocol.FieldInt, Max: 99}, {Name: "alive", Kind: protocol.FieldBool}}},
		{Name: "pickups", Fields: protocol.Fields{named(coordinate, "x"), named(coordinate, "y")}},
	}
	arenaInputs = protocol.Fields{
		{Name: "turn", Kind: protocol.FieldInt, Min: -1, Max: 1}, {Name: "thrust", Kind: protocol.FieldBool},
		{Name: "fire", Kind: protocol.FieldBool}, {Name: "aim", Kind: protocol.FieldAngle, Bits: 12}, {Name: "aimed", Kind: protocol.FieldBool},
	}
)

func named(f protocol.Field, name string) protocol.Field {
	f.Name = name
	return f
}

// rows fills a table with rows of values, one per field.
func rows(s *protocol.Snapshot, table int, values ...[]float64) {
	fields := arenaSchema[table].Fields
	s.Tables[table].Resize(len(values), fields)
	for row, v := range values {
		s.Tables[table].IDs[row] = uint32(row + 1)
		for f := range fields {
			s.Tables[table].Column(f)[row], _ = fields[f].Quantum(v[f])
		}
	}
}

// inRoom puts a client into seat 1 of a match of arena with this world and hands over room and view.
func inRoom(t *testing.T, world *protocol.Snapshot, test func(room *client.Room, v *client.View)) {
	t.Helper()
	enter := protocol.Enter{Game: "arena", Tables: arenaSchema, Inputs: arenaInputs}
	inRoomOf(t, enter, world, func(room *client.Room, _ func(*protocol.Snapshot)) { test(room, room.View()) })
}

// inRoomOf puts a client into seat 1 of a match whose game, tables and inputs enter has, with this world. show makes another world the newest view.
func inRoomOf(t *testing.T, enter protocol.Enter, world *protocol.Snapshot, test func(room *client.Room, show func(*protocol.Snapshot))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		srv := clienttest.NewServer()
		defer srv.Close()
		c, err := client.New(client.Config{URL: clienttest.URL, NetDial: srv.Dial})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx) }()
		defer func() {
			cancel()
			<-ended
		}()
		conn, err := srv.Accept(ctx)
		if err != nil {
			t.Fatal(err)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		heads, bodies := protocol.NewHeadEncoder(), protocol.NewBodyEncoder(enter.Tables)
		show := func(world *protocol.Snapshot) {
			t.Helper()
			head := heads.Encode(protocol.SnapshotHead{Epoch: 1, Tick: world.Tick})
			must(conn.SendRaw(append(slices.Clone(head), bodies.Encode(nil, world)...)))
			synctest.Wait()
		}
		_, err = conn.Hello()
		must(err)
		must(conn.Welcome(protocol.Welcome{}))
		enter.Kind, enter.Epoch, enter.Match, enter.Seat, enter.TickRate = protocol.KindEnter, 1, "m", 1, 60
		must(conn.Send(&enter))
		show(world)
		test(c.Room(), show)
	})
}

func arenaWorld(ships, pickups [][]float64) *protocol.Snapshot {
	s := protocol.NewSnapshot(arenaSchema)
	s.Reset(100)
	rows(s, 0, ships...)
	rows(s, 1, pickups...)
	return s
}

func TestTheShooterTurnsToTheNearestLivingShipAndFiresWhenItPointsThere(t *testing.T) {
	const alive, dead = 1.0, 0.0
	for _, test := range []struct {
		name         string
		ships        [][]float64 // x, y, heading, seat, alive
		pickups      [][]float64
		aim          float64
		thrust, fire bool
	}{
		{"points at it", [][]float64{{100, 100, 0, 1, alive}, {400, 100, 0, 2, alive}}, nil, 0, true, true},
		{"points away", [][]float64{{100, 100, math.Pi, 1, alive}, {400, 100, 0, 2, alive}}, nil, 0, false, false},
		{"below it, y is down", [][]float64{{100, 100, math.Pi / 2, 1, alive}, {100, 400, 0, 2, alive}}, nil, math.Pi / 2, true, true},
		{"far away", [][]float64{{100, 100, 0, 1, alive}, {900, 100, 0, 2, alive}}, nil, 0, true, false},
		{"close by", [][]float64{{100, 100, 0, 1, alive}, {200, 100, 0, 2, alive}}, nil, 0, false, true},
		{"the near one is dead", [][]float64{{100, 100, 0, 1, alive}, {110, 100, 0, 2, dead}, {100, 300, 0, 0, alive}}, nil, math.Pi / 2, false, false},
		{"alone", [][]float64{{100, 100, 0, 1, alive}}, [][]float64{{900, 100}, {100, 50}}, 3 * math.Pi / 2, true, false},
		{"dead itself", [][]float64{{100, 100, 0, 1, dead}, {400, 100, 0, 2, alive}}, nil, 0, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inRoom(t, arenaWorld(test.ships, test.pickups), func(room *client.Room, v *client.View) {
				bot := &simulator.Shooter{}
				bot.Enter(room)
				in := room.NewInput()
				bot.Think(v, in)
				get := func(name string) float64 { return in.Value(room.Input(name)) }
				if off := math.Remainder(get("aim")-test.aim, 2*math.Pi); math.Abs(off) > 0.01 {
					t.Errorf("aims %v off", off)
				}
				if (get("thrust") != 0) != test.thrust || (get("fire") != 0) != test.fire {
					t.Errorf("thrust %v, fire %v", get("thrust"), get("fire"))
				}
			})
		})
	}
}

func TestTheShooterMakesDoWithAnyGame(t *testing.T) {
	report := mustPlay(t, faults{}, simulator.Config{}, simulator.Group{Behaviour: "shooter"})
	if report.Failed != 0 {
		t.Errorf("failed %d bots: %v", report.Failed, reasons(report))
	}
}

func TestRandomBotsUseTheWholeRangeOfEveryInput(t *testing.T) {
	inRoom(t, arenaWorld(nil, nil), func(room *client.Room, v *client.View) {
		bot := &simulator.Random{Rand: rand.New(rand.NewPCG(1, 1))}
		bot.Enter(room)
		in := room.NewInput()
		seen := map[float64]bool{}
		changes, last := 0, math.NaN()
		for range 60 * 60 {
			bot.Think(v, in)
			seen[in.Value(room.Input("turn"))] = true
			if aim := in.Value(room.Input("aim")); aim != last {
				changes, last = changes+1, aim
			}
		}
		if len(seen) != 3 || changes < 40 || changes > 250 {
			t.Errorf("turn took %d values, aim changed %d times in a minute", len(seen), changes)
		}
	})
}

func TestBotsDoNotAllocateWhileTheyThink(t *testing.T) {
	ships := [][]float64{{100, 100, 0, 1, 1}, {400, 100, 0, 2, 1}}
	inRoom(t, arenaWorld(ships, nil), func(room *client.Room, v *client.View) {
		for name, bot := range map[string]simulator.Bot{
			"shooter": &simulator.Shooter{}, "idle": simulator.Idle{}, "random": &simulator.Random{Rand: rand.New(rand.NewPCG(1, 1))},
		} {
			bot.Enter(room)
			in := room.NewInput()
			if n := testing.AllocsPerRun(100, func() { bot.Think(v, in) }); n != 0 {
				t.Errorf("%s: %v allocations a tick", name, n)
			}
		}
	})
}
