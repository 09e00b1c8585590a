package lobby

import (
	"strings"
	"unicode"
)

// Joiners are invisible, and yet part of how emoji and several scripts are written.
const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// cleanText makes a message fit to show: line breaks and tabs are blanks, other control characters and whatever cannot be
// seen, such as overrides of the writing direction, are removed, and blanks at the ends. Of a text in which nothing can be seen, nothing is left.
func cleanText(s string) string {
	visible := false
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case r == zeroWidthJoiner, r == zeroWidthNonJoiner:
			return r
		case unicode.IsPrint(r):
			visible = true
			return r
		}
		return -1
	}, s)
	if !visible {
		return ""
	}
	return strings.TrimSpace(clean)
}
