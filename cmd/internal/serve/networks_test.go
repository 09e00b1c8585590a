package serve

import (
	"net/netip"
	"slices"
	"testing"
)

func TestNetworksAreReadWithTheirSingleAddresses(t *testing.T) {
	got, err := parseNetworks(" 10.1.2.3/8, 192.0.2.7,2001:db8::/32 ,2001:db8:1::7,")
	want := []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"),
		netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2001:db8:1::7/128"),
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}
