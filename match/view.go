package match

// view is what some seats see in this tick.
type view struct {
	shot *shot
}
