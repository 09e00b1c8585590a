package server_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/deltatick/deltatick/server"
)

func TestHandshakesAreLimitedByTheAddressThatATrustedProxyTells(t *testing.T) {
	cfg := server.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, MaxPerAddress: 1, HandshakeRate: 0.1}
	bubble(t, cfg, func(h *house) {
		try := func(from string) int {
			// Half a handshake is one.
			return h.get(server.PathSocket, "Connection", "Upgrade", "Upgrade", "websocket", "X-Forwarded-For", from+", 10.0.0.1").StatusCode
		}
		for i, want := range []int{http.StatusBadRequest, http.StatusBadRequest, http.StatusTooManyRequests} {
			if status := try("203.0.113.7"); status != want {
				t.Errorf("handshake %d: status %d, expected %d", i, status, want)
			}
		}
		if status := try("203.0.113.8"); status != http.StatusBadRequest {
			t.Errorf("of another address: status %d", status)
		}
		if resp := h.get(server.PathSocket, "Connection", "Upgrade", "Upgrade", "websocket", "X-Forwarded-For", "203.0.113.7"); resp.Header.Get("Retry-After") != "10" {
			t.Errorf("Retry-After %q", resp.Header.Get("Retry-After"))
		}
	})
}
