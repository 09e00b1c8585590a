package ticket

import (
	"strings"
	"testing"
	"time"
)

// FuzzDecode signs what it is given, so that what stands behind the signature is reached, and holds whatever is taken for a ticket to be the only
// spelling of it.
func FuzzDecode(f *testing.F) {
	secret := []byte("the service's secret")
	good := signed{Ticket: Ticket{Match: "m", User: "u", Name: "n", Seat: 1, Epoch: 2}, expires: time.UnixMilli(5)}
	f.Add(good.encode(secret), false)
	raw, _ := encoding.DecodeString(good.encode(secret))
	f.Add(string(raw[:len(raw)-32]), true)
	named := good
	named.Name = strings.Repeat("n", 255) // the longest that a length can say
	raw, _ = encoding.DecodeString(named.encode(secret))
	f.Add(string(raw[:len(raw)-32]), true)
	f.Fuzz(func(t *testing.T, text string, body bool) {
		if body {
			text = encoding.EncodeToString(append([]byte(text), sign(secret, []byte(text))...))
		}
		s, err := decode(secret, text)
		if err != nil {
			if err != ErrWrong {
				t.Fatal(err)
			}
			return
		}
		if err := s.check(); err != nil {
			t.Fatal(err)
		}
		if again := s.encode(secret); again != text {
			t.Fatalf("%q is also spelled %q", again, text)
		}
	})
}
