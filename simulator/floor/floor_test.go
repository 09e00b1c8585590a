package floor_test

import (
	"testing"

	"github.com/deltatick/deltatick/simulator/floor"
)

func TestAFloorNeedsRoomsAndFrames(t *testing.T) {
	for _, cfg := range []floor.Config{{}, {Rooms: 1}, {Frame: 1}, {Rooms: 1, Frame: 1, Rate: -1}} {
		if _, err := floor.New(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}
