package arena_test

import (
	"math"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
)

const (
	rate        = 60
	warmUpTicks = 5 * rate
	shotSpeed   = 720
	warmUp      = 0
	play        = 1
	over        = 2
)

// The world as a client sees it: everything here is read from snapshots.
type (
	shipView struct {
		id, seat, hp, shield, color, score, weapon int
		x, y, vx, vy, heading                      float64
		name                                       string
		alive, thrust                              bool
	}
	shotView   struct{ id, owner, kind int }
	pickupView struct {
		id, kind int
		x, y     float64
	}
	roundView struct{ phase, left, limit, winner int }
)

type field struct {
	t *testing.T
	*match.Sim
}

func newField(t *testing.T, cfg match.SimConfig) field {
	t.Helper()
	sim, err := match.NewSim(arena.Kind(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return field{t, sim}
}

func (f field) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f field) join(name string) match.SeatID {
	f.t.Helper()
	seat, err := f.Join(name)
	f.must(err)
	return seat
}

func (f field) steps(n int) {
	f.t.Helper()
	for range n {
		f.must(f.Step())
	}
}

// row reads values of one row of a table by the fields' names.
func (f field) rows(table string, each func(id int, number func(string) float64, text func(string) string)) {
	f.t.Helper()
	for ti, ts := range f.Schema() {
		if ts.Name != table {
			continue
		}
		rows := &f.Snapshot().Tables[ti]
		index := func(name string) int {
			for fi := range ts.Fields {
				if ts.Fields[fi].Name == name {
					return fi
				}
			}
			f.t.Fatalf("table %s has no field %s", table, name)
			return 0
		}
		for i, id := range rows.IDs {
			each(int(id),
				func(name string) float64 { fi := index(name); return ts.Fields[fi].Value(rows.Column(fi)[i]) },
				func(name string) string { return rows.Strings[index(name)][i] })
		}
		return
	}
	f.t.Fatalf("no table %s", table)
}

func (f field) ships() (all []shipView) {
	f.rows("ships", func(id int, n func(string) float64, s func(string) string) {
		all = append(all, shipView{
			id: id, seat: int(n("seat")), hp: int(n("hp")), shield: int(n("shield")), color: int(n("color")),
			score: int(n("score")), weapon: int(n("weapon")), x: n("x"), y: n("y"), vx: n("vx"), vy: n("vy"),
			heading: n("heading"), name: s("name"), alive: n("alive") != 0, thrust: n("thrust") != 0,
		})
	})
	return all
}

// ship is that of a seat.
func (f field) ship(seat match.SeatID) shipView {
	f.t.Helper()
	for _, s := range f.ships() {
		if s.seat == int(seat) {
			return s
		}
	}
	f.t.Fatalf("seat %d has no ship", seat)
	return shipView{}
}

func (f field) shots() (all []shotView) {
	f.rows("shots", func(id int, n func(string) float64, _ func(string) string) {
		all = append(all, shotView{id, int(n("owner")), int(n("kind"))})
	})
	return all
}

func (f field) pickups() (all []pickupView) {
	f.rows("pickups", func(id int, n func(string) float64, _ func(string) string) {
		all = append(all, pickupView{id, int(n("kind")), n("x"), n("y")})
	})
	return all
}

func (f field) round() roundView {
	var all []roundView
	f.rows("round", func(_ int, n func(string) float64, _ func(string) string) {
		all = append(all, roundView{int(n("phase")), int(n("left")), int(n("limit")), int(n("winner"))})
	})
	if len(all) != 1 {
		f.t.Fatalf("table round has %d rows, want 1", len(all))
	}
	return all[0]
}

// toPlay makes the ticks of the warm-up.
func (f field) toPlay() {
	f.t.Helper()
	for f.steps(1); f.round().phase == warmUp; {
		f.steps(1)
	}
}

// attack makes the ship of a seat chase and shoot at a target, and makes the tick.
func (f field) attack(seat match.SeatID, target shipView) {
	f.t.Helper()
	s := f.ship(seat)
	away := math.Hypot(target.x-s.x, target.y-s.y)
	aim := math.Atan2(target.y+target.vy*away/shotSpeed-s.y, target.x+target.vx*away/shotSpeed-s.x)
	off := math.Abs(math.Remainder(aim-s.heading, 2*math.Pi))
	f.must(f.Input(seat, arena.Input{Aimed: true, Aim: aim, Thrust: away > 250, Fire: off < 0.05 && away < 600}))
	f.steps(1)
}

type kill struct {
	Killer int      `msgpack:"killer"`
	Victim int      `msgpack:"victim"`
	Names  []string `msgpack:"names"`
}

// decoded are the payloads of the events of a name among those given.
func decoded[T any](f field, events []match.SimEvent, name string) (all []T) {
	f.t.Helper()
	for _, e := range events {
		if e.Name == name {
			var payload T
			f.must(msgpack.Unmarshal(e.Payload, &payload))
			all = append(all, payload)
		}
	}
	return all
}
