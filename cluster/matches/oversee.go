package matches

import (
	"cmp"
	"slices"
	"time"

	"github.com/deltatick/deltatick/match"
)

// This file is for those who look after the node.

// State is how a match here is.
type State uint8

// The states.
const (
	StateRunning State = iota
	StateHeld          // it makes no ticks: the store has not answered for so long that another node may have it
	StateMoving        // it is being handed over
	StateOver          // its lobby is still to be told
	states
)

// String is the state as a metric label.
func (s State) String() string { return [...]string{"running", "held", "moving", "over"}[s] }

// States lists all states.
func States() []State { return []State{StateRunning, StateHeld, StateMoving, StateOver} }

// Overseen is a match here, as an administrator sees it.
type Overseen struct {
	Match, Lobby, Kind string
	Epoch              uint32
	State              State
	Players            int           // with a seat
	Linked             int           // players and spectators who are connected
	RTT                time.Duration // the longest of a player; 0: none is known
	Unsaved            time.Duration // for how long no checkpoint has been saved; 0: it is not to be kept
}

// Oversee lists the matches here, ordered by id.
func (h *Host) Oversee() []Overseen {
	now := time.Now()
	all := h.all()
	list := make([]Overseen, len(all))
	for i, r := range all {
		list[i] = r.overseen(now)
	}
	slices.SortFunc(list, func(a, b Overseen) int { return cmp.Compare(a.Match, b.Match) })
	return list
}

func (r *running) overseen(now time.Time) Overseen {
	r.mu.Lock()
	o := Overseen{Match: r.id, Lobby: r.entry.Lobby, Kind: r.data.Kind, Epoch: r.held.Lease().Epoch}
	r.mu.Unlock()
	switch {
	case r.over.Load():
		o.State = StateOver
	case r.moving.Load():
		o.State = StateMoving
	case !r.held.Valid():
		o.State = StateHeld
	}
	for id := range match.SeatID(match.MaxSeats) {
		if s := r.match.Seat(id + 1); s != nil {
			o.Players++
			o.RTT = max(o.RTT, s.RoundTrip())
		}
	}
	o.Linked = r.match.Linked()
	if !r.unkept.Load() && o.State != StateOver {
		o.Unsaved = now.Sub(time.Unix(0, r.savedAt.Load()))
	}
	return o
}
