package match

// View is through whose eyes a seat sees the world in a tick.
type View struct {
	// Key names the view. Seats with equal keys see the same and share its bytes: a team may have one. What one of them owns is
	// the view's own ([Table.Owner]).
	Key ViewID
	// X and Y are where it is centred, for tables with [Table.Interest].
	X, Y float64
	// All says that nothing is hidden from it, private fields included.
	All bool
}

// ViewID names a view within a match.
type ViewID uint32

// Viewer is implemented by games whose seats do not all see the same. View is asked in each tick after the step for every player's seat, and
// for seat 0, which stands for all spectators. Like everything a game declares about views it only looks: it must not change the
// world, nor keep anything. Of seats with one key the first one's centre counts.
//
// Without a Viewer each seat has a view of its own, whose key is the seat's number, centred at 0, 0; spectators see what is nobody's own.
// A match whose tables hide nothing never asks.
type Viewer interface {
	View(seat SeatID) View
}
