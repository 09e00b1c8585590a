package main

import (
	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/games/arena/flight"
	"github.com/deltatick/deltatick/simulator"
)

// predictions has how a player's own row moves in the games of cmd/server, those in which it moves by its input alone.
var predictions = map[string]simulator.Prediction{"arena": predictShip}

// predictShip predicts the ship of the room's seat by the very function that the server flies it with.
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
