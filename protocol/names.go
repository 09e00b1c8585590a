package protocol

import (
	"strings"
	"unicode"
)

// ValidIdent reports whether s can name a channel, an event or a game: 1 to 64 of a-z, 0-9, dot, underscore, hyphen.
func ValidIdent(s string) bool {
	if s == "" || len(s) > MaxIdentBytes {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// CleanName makes a display name fit to show: control and other unprintable characters removed, blanks trimmed, cut to max
// runes. It returns fallback when nothing is left.
func CleanName(s string, max int, fallback string) string {
	runes := 0
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || runes >= max {
			return -1
		}
		if runes == 0 && unicode.IsSpace(r) {
			return -1
		}
		runes++
		return r
	}, s)
	if clean = strings.TrimSpace(clean); clean == "" {
		return fallback
	}
	return clean
}
