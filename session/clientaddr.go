package session

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks whose word about where a request comes from is taken.
type proxies []netip.Prefix

// client is the address that a request comes from: the peer's, or, when that is a trusted proxy's, what the proxies have written into
// X-Forwarded-For. Each appends the address of its own peer, so the header is read from the right, and the first address that is no
// trusted proxy's is the client's; what is further left is the client's own word and may be made up. An entry that is no address hides what
// is behind it, and the proxy that wrote it stands for them all. The peer at a Unix socket has no address, but is of this machine: it is
// trusted if anyone is. The zero address means that none is known.
func (p proxies) client(r *http.Request) netip.Addr {
	addr := parseAddr(r.RemoteAddr)
	if len(p) == 0 || addr.IsValid() && !p.trust(addr) {
		return addr
	}
	lines := r.Header.Values("X-Forwarded-For")
	for i := len(lines) - 1; i >= 0; i-- {
		for rest, more := lines[i], true; more; {
			var entry string
			if at := strings.LastIndexByte(rest, ','); at >= 0 {
				rest, entry = rest[:at], rest[at+1:]
			} else {
				entry, more = rest, false
			}
			hop := parseAddr(strings.TrimSpace(entry))
			if !hop.IsValid() {
				return addr
			}
			if addr = hop; !p.trust(addr) {
				return addr
			}
		}
	}
	return addr
}

func (p proxies) trust(addr netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// parseAddr reads an address, alone or with a port, which some proxies add. The zero address means that it is none.
func parseAddr(s string) netip.Addr {
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone("")
}

// household is what is counted as one address: an IPv4 address; of IPv6, a network of 64 bits, since that is what a single
// customer gets at least (RFC 6177), who may take a new address in it for every connection.
func household(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return addr
	}
	network, _ := addr.Prefix(64) // fails for lengths that no address has
	return network.Addr()
}

// ofOurOwn says whether an address is of this machine or of its operator's network. It is not limited: behind it may be a proxy that nobody
// has named, with all players behind that, or a load test.
func ofOurOwn(addr netip.Addr) bool {
	return !addr.IsValid() || addr.IsUnspecified() || addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}
