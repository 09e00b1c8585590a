package protocol

import "slices"

// SamePacked reports whether two states of a schema know the same.
func SamePacked(a, b *Packed) bool {
	return a.text == b.text && a.broken == b.broken && slices.EqualFunc(a.tables, b.tables, func(a, b tableState) bool {
		return a.rows == b.rows && slices.Equal(a.added, b.added) && slices.Equal(a.latest, b.latest) &&
			slices.Equal(a.components, b.components) && slices.Equal(a.history, b.history) && slices.Equal(a.motions, b.motions)
	})
}
