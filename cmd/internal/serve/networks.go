package serve

import (
	"fmt"
	"net/netip"
	"strings"
)

// parseNetworks reads networks and single addresses, separated by commas.
func parseNetworks(list string) (networks []netip.Prefix, err error) {
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		network, err := netip.ParsePrefix(entry)
		if addr, addrErr := netip.ParseAddr(entry); addrErr == nil {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil || network.Addr().Is4In6() || network.Addr().Zone() != "" {
			return nil, fmt.Errorf("%q is no network such as 10.0.0.0/8 and no address", entry)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}
