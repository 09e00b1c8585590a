package session

import (
	"net/http"
	"net/netip"
	"testing"
)

// FuzzForwardedFor holds that what a client writes into the header makes no difference once a proxy has appended an address to it.
func FuzzForwardedFor(f *testing.F) {
	for _, s := range []string{"", "192.0.2.1", "192.0.2.1, 10.0.0.1", "[2001:db8::1]:80,", ",,", "unknown", "fe80::1%eth0", "10.0.0.1:99999", "[", "]:"} {
		f.Add(s)
	}
	p := proxies{netip.MustParsePrefix("10.0.0.0/8")}
	want := netip.MustParseAddr("203.0.113.7")
	f.Fuzz(func(t *testing.T, made string) {
		for _, lines := range [][]string{{made + ",203.0.113.7"}, {made, "203.0.113.7, 10.0.0.2"}, {made, "203.0.113.7:80"}} {
			r := &http.Request{RemoteAddr: "10.0.0.1:80", Header: http.Header{"X-Forwarded-For": lines}}
			if got := p.client(r); got != want {
				t.Errorf("%q: %v", lines, got)
			}
		}
		r := &http.Request{RemoteAddr: "10.0.0.1:80", Header: http.Header{"X-Forwarded-For": {made}}}
		if got := p.client(r); !got.IsValid() || got.Is4In6() || got.Zone() != "" || household(got) != household(household(got)) {
			t.Errorf("%q: %v", made, got)
		}
	})
}
