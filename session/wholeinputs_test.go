package session

import "testing"

func FuzzWholeInputs(f *testing.F) {
	one := []byte{0x82, 0x83, 0, 0, 0, 0, 0x91, 0x03, 0}
	f.Add(one)
	f.Add(append(one, one...))
	f.Add([]byte{0x82, 0xfe, 0, 1, 0, 0, 0, 0, 0x91, 0x03})
	f.Fuzz(func(t *testing.T, b []byte) {
		n := wholeInputs(b)
		if n == 0 {
			return
		}
		// Each takes header, mask and two bytes at least, and nothing is behind the last.
		if n > len(b)/8 || wholeInputs(b[:len(b)-1]) >= n || wholeInputs(append(b[:len(b):len(b)], 0x82)) != 0 {
			t.Errorf("%d inputs in % x", n, b)
		}
	})
}
