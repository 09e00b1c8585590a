package lobby

import (
	"fmt"
	"io"
	"strings"
)

// Join codes are read aloud and typed: no character that looks like another, and no case.
const (
	codeAlphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	codeLength   = 6 // 31^6: 887 million codes
)

// newCode draws a join code, each of them as likely as any other.
func newCode(random io.Reader) (string, error) {
	// Bytes from here on are drawn again: they would make the first characters of the alphabet likelier.
	const bound = 256 / len(codeAlphabet) * len(codeAlphabet)
	code := make([]byte, 0, codeLength)
	var draw [2 * codeLength]byte
	for len(code) < codeLength {
		if _, err := io.ReadFull(random, draw[:]); err != nil {
			return "", fmt.Errorf("draw a join code: %w", err)
		}
		for _, b := range draw {
			if int(b) < bound && len(code) < codeLength {
				code = append(code, codeAlphabet[int(b)%len(codeAlphabet)])
			}
		}
	}
	return string(code), nil
}

// CanonicalCode is a code as typed, the way it is kept.
func CanonicalCode(typed string) string { return strings.ToUpper(typed) }
