package match

import (
	"fmt"
	"math/bits"

	"github.com/deltatick/deltatick/protocol"
)

// visibility is what a game has declared about who sees the rows of a table. Rows are named by their place in the table, which is their
// place in the snapshot, too.
type visibility struct {
	grid     *Grid // nil: no matter where
	at       func(row int) (x, y float64)
	visible  func(v ViewID, row int) bool    // nil: everyone sees all
	owner    func(row int) SeatID            // nil: nobody's
	priority func(v ViewID, row int) float64 // nil: all the same
	private  uint32                          // bit i: field i is the owner's alone
	fault    error
}

// hides reports whether there is anything in the table that some do not see.
func (s *visibility) hides() bool { return s.grid != nil || s.visible != nil || s.private != 0 }

// prefers reports whether views differ in the order in which rows are sent when not all can be.
func (s *visibility) prefers() bool { return s.grid != nil || s.owner != nil || s.priority != nil }

// check is called when a game has been set up.
func (s *visibility) check(t protocol.TableSchema, game Game) error {
	if s.private != 0 && s.owner == nil {
		return fmt.Errorf("table %s: field %s is private, but the rows have no owner: declare one with Table.Owner",
			t.Name, t.Fields[bits.TrailingZeros32(s.private)].Name)
	}
	if _, ok := game.(Viewer); s.grid != nil && !ok {
		return fmt.Errorf("table %s: with Table.Interest the game must be a match.Viewer, to say where its players are", t.Name)
	}
	if s.fault != nil {
		return fmt.Errorf("table %s: %w", t.Name, s.fault)
	}
	return nil
}

// Interest hides the rows that are far from a view's centre. at is where a row is. Like everything that says who sees what, it is declared
// in [Game.Setup], and what is declared adds up: a row is seen by who passes all of it, and by its owner always.
func (t *Table[T]) Interest(g Grid, at func(row *T) (x, y float64)) {
	grid, err := g.withDefaults()
	t.shown.grid, t.shown.fault = &grid, err
	t.shown.at = func(row int) (x, y float64) { return at(t.rows[row]) }
}

// Visible hides the rows for which see says no: fog of war, hidden hands. It is asked for every view and row in every tick, with Interest for
// the rows that are near only.
func (t *Table[T]) Visible(see func(v ViewID, id EntityID, row *T) bool) {
	t.shown.visible = func(v ViewID, row int) bool { return see(v, t.ids[row], t.rows[row]) }
}

// Owner says whose the rows are, 0 for nobody's. The owner's view always has them, and it alone has their private fields: those with
// a tag `sync:"private"`. Others get a number nearest to 0 and an empty string in their place.
func (t *Table[T]) Owner(of func(row *T) SeatID) {
	t.shown.owner = func(row int) SeatID { return of(t.rows[row]) }
}

// Priority says how much a row matters to a view, for matches with [Config.Budget], in which not every change can be sent at once:
// a row that matters twice as much is sent twice as often. Values are cut to 1/64 to 64. Without it every row has 1; with Interest
// it is the radius through the distance, 8 at most.
func (t *Table[T]) Priority(of func(v ViewID, id EntityID, row *T) float64) {
	t.shown.priority = func(v ViewID, row int) float64 { return of(v, t.ids[row], t.rows[row]) }
}
