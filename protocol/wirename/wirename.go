// Package wirename says what a Go field is called on the wire where its tag does not say. It is a package of its own for those who must
// agree with package protocol and cannot carry it along, such as a step compiled to WebAssembly.
package wirename

import (
	"strings"
	"unicode"
)

// Of is a Go name in snake_case: VX is vx, MaxSpeed is max_speed.
func Of(name string) string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if unicode.IsUpper(r) && lower {
			b.WriteByte('_')
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
