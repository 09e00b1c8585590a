package hosting

import (
	"context"
	"net/http"
	"slices"
	"strconv"
)

// maxList is how many values a list of Agones has at most.
const maxList = 1000

// int64 is a string in the JSON of a gateway, as in that of every protobuf message.

// agonesCounter is a counter as it was told.
type agonesCounter struct {
	told            bool
	count, capacity int
}

// tellRooms says what has changed. It does not look at what the counter is: an allocator that has just counted a room to come is not to be
// contradicted before a room has come or gone.
func (a *Agones) tellRooms(ctx context.Context, l Load) error {
	before := a.known
	a.known.told = false // until both are told: one that failed may have been heard
	set := func(field string, value, was int) error {
		if before.told && value == was {
			return nil
		}
		// Of the fields of a counter the sidecar takes one at a time.
		return a.gateway.call(ctx, http.MethodPatch, "/v1beta1/counters/"+a.cfg.Rooms, map[string]string{field: strconv.Itoa(value)}, nil)
	}
	count := func() error { return set("count", l.Rooms, before.count) }
	capacity := func() error { return set("capacity", l.RoomCapacity, before.capacity) }
	steps := []func() error{capacity, count}
	if before.told && l.RoomCapacity < before.capacity {
		slices.Reverse(steps) // a count above the capacity is refused
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	a.known = agonesCounter{true, l.Rooms, l.RoomCapacity}
	return nil
}

// agonesList is a list as the gateway shows it.
type agonesList struct {
	Capacity string   `json:"capacity"`
	Values   []string `json:"values"`
}

// tellPlayers makes the list what it should be, whatever it is. The sidecar changes values one by one only: its update of a whole list takes
// no notice of them.
func (a *Agones) tellPlayers(ctx context.Context, l Load) error {
	path := "/v1beta1/lists/" + a.cfg.Players
	var is agonesList
	if err := a.gateway.call(ctx, http.MethodGet, path, nil, &is); err != nil {
		return err
	}
	slices.Sort(is.Values)
	for _, player := range is.Values {
		if _, stays := slices.BinarySearch(l.Players, player); !stays {
			if err := a.gateway.call(ctx, http.MethodPost, path+":removeValue", map[string]string{"value": player}, nil); err != nil {
				return err
			}
		}
	}
	// After those who have gone, so that it cuts nobody off, and before those who have come, so that there is room for them.
	if capacity := strconv.Itoa(l.PlayerCapacity); capacity != is.Capacity {
		if err := a.gateway.call(ctx, http.MethodPatch, path, map[string]string{"capacity": capacity}, nil); err != nil {
			return err
		}
	}
	for _, player := range l.Players {
		if _, there := slices.BinarySearch(is.Values, player); !there {
			if err := a.gateway.call(ctx, http.MethodPost, path+":addValue", map[string]string{"value": player}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
