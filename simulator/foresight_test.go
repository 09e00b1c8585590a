package simulator_test

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/games/arena/flight"
	"github.com/deltatick/deltatick/simulator"
)

// predictShip is how a game's own prediction is made.
func predictShip(room *client.Room) (*client.Predictor, error) {
	ships := room.Table("ships")
	seat := ships.Column("seat")
	return client.Predict(room, client.Prediction[flight.Ship, flight.Helm]{
		Table: "ships",
		Row: func(v *client.View) uint32 {
			for row, id := range ships.IDs(v) {
				if seat.Int(v, row) == room.Seat {
					return id
				}
			}
			return 0
		},
		Step: flight.Step,
	})
}

// circler flies in circles by where its ship is going to be, and is never wrong about it but for what others do.
type circler struct {
	thrust, turn client.Control
	me           *client.Predictor
	ahead        func(ticks uint32)
}

func (b *circler) Enter(room *client.Room) {
	b.thrust, b.turn = room.Input("thrust"), room.Input("turn")
}
func (b *circler) Foresee(me *client.Predictor) { b.me = me }
func (b *circler) Think(v *client.View, in *client.Input) {
	in.SetBool(b.thrust, true)
	in.Set(b.turn, 1)
	b.ahead(b.me.Tick() - v.Tick)
}

func TestABotsPredictionIsTheServersRowInTheMedian(t *testing.T) {
	t.Parallel()
	most := uint32(0)
	r, err := simulator.Run(t.Context(), simulator.Config{
		URL: realServer(t), For: 3 * time.Second, Predictions: map[string]simulator.Prediction{"arena": predictShip},
		Groups: []simulator.Group{{
			Bots: 1, RoomSize: 1, Predict: true, MinRate: -1,
			NewBot: func(int, *rand.Rand) simulator.Bot { return &circler{ahead: func(n uint32) { most = max(most, n) }} },
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	g := r.Groups[0]
	if g.Error.Count == 0 || g.Error.P50 != 0 || most == 0 {
		if _, err := r.WriteTo(os.Stderr); err != nil {
			t.Error(err)
		}
		t.Errorf("off by %+v, %d ticks ahead at most", g.Error, most)
	}
}

func TestAPredictionThatNobodyCanMakeIsSaidBeforeTheRun(t *testing.T) {
	_, err := simulator.Run(t.Context(), simulator.Config{Groups: []simulator.Group{{Predict: true}}})
	if err == nil || !strings.Contains(err.Error(), "it is not known here how rows of arena move") {
		t.Errorf("%v", err)
	}
}

func TestAPredictionThatDoesNotFitTheGameFailsItsBots(t *testing.T) {
	none := func(room *client.Room) (*client.Predictor, error) {
		return client.Predict(room, client.Prediction[flight.Ship, flight.Helm]{Table: "cars"})
	}
	g := mustPlay(t, faults{}, simulator.Config{Predictions: map[string]simulator.Prediction{"tag": none}}, simulator.Group{Predict: true})
	if found := reasons(g); found[simulator.FailedPrediction] != 4 || len(found) != 1 {
		t.Errorf("failed: %v", found)
	}
}
