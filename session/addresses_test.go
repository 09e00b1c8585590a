package session_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/session"
)

// from connects as if from an address, since those of a net.Pipe are none. The status is 101 when it worked.
func (w *world) from(addr string, header ...string) (*websocket.Conn, int, http.Header) {
	w.t.Helper()
	h := http.Header{"Test-Remote-Addr": {addr}}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	ws, resp, err := w.connect(h)
	if resp == nil {
		w.t.Fatal(err)
	}
	if err == nil {
		w.t.Cleanup(func() { _ = ws.Close() })
	}
	return ws, resp.StatusCode, resp.Header
}

// tries connects a number of times from an address, and returns how many of these were let in.
func (w *world) tries(n int, addr string, header ...string) (in int) {
	w.t.Helper()
	for range n {
		if _, status, _ := w.from(addr, header...); status == http.StatusSwitchingProtocols {
			in++
		}
	}
	return in
}

func (w *world) refusals(t *testing.T, want map[session.Refusal]uint64) {
	t.Helper()
	for _, why := range session.Refusals() {
		if n := w.counters.Handshakes[why].Load(); n != want[why] {
			t.Errorf("%d refusals counted as %v, expected %d", n, why, want[why])
		}
	}
}

func TestAnAddressHasSoManyConnectionsAndNoMore(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.MaxPerAddress = 3 }, func(t *testing.T, w *world) {
		var first *websocket.Conn
		for range 3 {
			first, _, _ = w.from("203.0.113.7:5000")
		}
		_, status, header := w.from("203.0.113.7:6000")
		if status != http.StatusTooManyRequests || header.Get("Retry-After") != "10" {
			t.Errorf("a fourth: status %d, Retry-After %q", status, header.Get("Retry-After"))
		}
		if w.tries(1, "203.0.113.8:5000") != 1 {
			t.Error("another address is refused, too")
		}
		_ = first.Close()
		synctest.Wait()
		if w.tries(2, "203.0.113.7:5000") != 1 {
			t.Error("a place that is free again is not given away once")
		}
		w.refusals(t, map[session.Refusal]uint64{session.RefusedOpen: 2})
	})
}

func TestHandshakesOfAnAddressAreLimitedAndRefusedBeforeTheUpgrade(t *testing.T) {
	edit := func(cfg *session.Config) { cfg.MaxPerAddress, cfg.HandshakeRate = 2, 0.5 }
	inWorld(t, edit, func(t *testing.T, w *world) {
		for range 4 { // twice as many as connections
			ws, status, _ := w.from("203.0.113.7:5000")
			if status != http.StatusSwitchingProtocols {
				t.Fatalf("status %d", status)
			}
			_ = ws.Close()
			synctest.Wait()
		}
		// Not one of a page that is not allowed either, or it would be a way to keep the server busy.
		_, status, header := w.from("203.0.113.7:5000", "Origin", "https://evil.example")
		if status != http.StatusTooManyRequests || header.Get("Retry-After") != "2" {
			t.Errorf("status %d, Retry-After %q", status, header.Get("Retry-After"))
		}
		time.Sleep(2 * time.Second) // as it was told
		if in := w.tries(2, "203.0.113.7:5000"); in != 1 {
			t.Errorf("%d of two let in after two seconds", in)
		}
		w.refusals(t, map[session.Refusal]uint64{session.RefusedRate: 2})
	})
}

func TestANetworkOfIPv6IsOneAddress(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.MaxPerAddress = 2 }, func(t *testing.T, w *world) {
		in := 0
		for host := range 4 {
			in += w.tries(1, fmt.Sprintf("[2001:db8:0:1::%x]:5000", host+1))
		}
		if in != 2 {
			t.Errorf("%d connections from one network of 64 bits", in)
		}
		if w.tries(1, "[2001:db8:0:2::1]:5000") != 1 {
			t.Error("another network is refused, too")
		}
		if w.tries(1, "[::ffff:203.0.113.7]:5000") != 1 || w.tries(2, "203.0.113.7:5000") != 1 {
			t.Error("an address of IPv4 written as one of IPv6 is not the same")
		}
	})
}

func TestTheOperatorsOwnNetworkIsNotLimited(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.MaxPerAddress = 1 }, func(t *testing.T, w *world) {
		for _, addr := range []string{"127.0.0.1:1", "[::1]:1", "10.1.2.3:1", "192.168.0.9:1", "[fd00::1]:1", "[fe80::1%eth0]:1", "@", "pipe"} {
			if in := w.tries(4, addr); in != 4 {
				t.Errorf("%s: %d of 4 let in", addr, in)
			}
		}
		if n := w.hub.Addresses(); n != 0 {
			t.Errorf("%d addresses are known", n)
		}
	})
}

func TestTheClientIsWhomTrustedProxiesSayItIs(t *testing.T) {
	trust := []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:f::/48")}
	const client = "203.0.113.7"
	for name, tc := range map[string]struct {
		peer      string
		forwarded []string
		same      bool // is counted as the client
	}{
		"by a proxy":                       {"198.51.100.1:80", []string{client}, true},
		"by two":                           {"198.51.100.1:80", []string{client + ", 10.0.0.1"}, true},
		"in two headers":                   {"198.51.100.1:80", []string{client, "10.0.0.1"}, true},
		"with a made-up address before it": {"198.51.100.1:80", []string{"192.0.2.1, " + client + ",10.0.0.1"}, true},
		"made-up in a header before it":    {"198.51.100.1:80", []string{"192.0.2.1", client + ",10.0.0.1"}, true},
		"with its port":                    {"198.51.100.1:80", []string{client + ":4711"}, true},
		"of IPv4 written as IPv6":          {"[2001:db8:f::1]:80", []string{"[::ffff:" + client + "]"}, true},
		"by a proxy of IPv6":               {"[2001:db8:f::1]:80", []string{client}, true},
		"over a Unix socket":               {"@", []string{client}, true},
		"by nobody":                        {client + ":5000", []string{"192.0.2.1"}, true},
		"by somebody who is not trusted":   {"192.0.2.1:80", []string{client}, false},
		"by somebody behind a proxy":       {"198.51.100.1:80", []string{client + ", 192.0.2.1"}, false},
		"behind something that is none":    {"198.51.100.1:80", []string{client + ", unknown"}, false},
		"behind nothing":                   {"198.51.100.1:80", []string{client + ", "}, false},
	} {
		t.Run(name, func(t *testing.T) {
			edit := func(cfg *session.Config) { cfg.MaxPerAddress, cfg.TrustedProxies = 1, trust }
			inWorld(t, edit, func(t *testing.T, w *world) {
				var header []string
				for _, line := range tc.forwarded {
					header = append(header, "X-Forwarded-For", line)
				}
				if w.tries(1, tc.peer, header...) != 1 {
					t.Fatal("not let in")
				}
				if same := w.tries(1, client+":5000") == 0; same != tc.same {
					t.Errorf("counted as the client: %v", same)
				}
			})
		})
	}
}

func TestAddressesAreForgottenOnceTheyAreBackAtTheirFullRate(t *testing.T) {
	edit := func(cfg *session.Config) { cfg.MaxPerAddress, cfg.HandshakeRate = 5, 2 }
	inWorld(t, edit, func(t *testing.T, w *world) {
		var conns []*websocket.Conn
		for i := range 20 {
			ws, _, _ := w.from(fmt.Sprintf("203.0.113.%d:5000", i))
			conns = append(conns, ws)
		}
		time.Sleep(4 * time.Second) // and nobody has to have said hello yet
		if n := w.hub.Addresses(); n != 20 {
			t.Errorf("%d addresses are known, expected 20", n)
		}
		for _, ws := range conns {
			_ = ws.Close()
		}
		synctest.Wait()
		for _, tc := range []struct {
			after time.Duration
			want  int
		}{{5*time.Second - time.Millisecond, 20}, {2 * time.Millisecond, 0}} {
			time.Sleep(tc.after)
			synctest.Wait()
			if n := w.hub.Addresses(); n != tc.want {
				t.Errorf("%d addresses are known, expected %d", n, tc.want)
			}
		}
	})
}

func TestAddressesAreBoundedAndTheIdleMakeRoom(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.MaxAddresses = 2 }, func(t *testing.T, w *world) {
		idle, _, _ := w.from("203.0.113.1:5000")
		w.tries(1, "203.0.113.2:5000")
		_, status, header := w.from("203.0.113.3:5000")
		if status != http.StatusServiceUnavailable || header.Get("Retry-After") != "10" {
			t.Errorf("status %d, Retry-After %q", status, header.Get("Retry-After"))
		}
		_ = idle.Close()
		synctest.Wait()
		if w.tries(1, "203.0.113.3:5000") != 1 {
			t.Error("refused, with an address known where nobody is connected")
		}
		if n := w.hub.Addresses(); n != 2 {
			t.Errorf("%d addresses are known", n)
		}
		w.refusals(t, map[session.Refusal]uint64{session.RefusedAddresses: 1})
	})
}

func TestAHandshakeThatFailsHoldsNoPlace(t *testing.T) {
	for name, fail := range map[string]func(w *world) (status int){
		"of a foreign page": func(w *world) int {
			_, status, _ := w.from("203.0.113.7:5000", "Origin", "https://evil.example")
			return status
		},
		"no handshake": func(w *world) int {
			resp := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/ws", nil)
			r.RemoteAddr = "203.0.113.7:5000"
			w.hub.ServeHTTP(resp, r)
			return resp.Code
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(cfg *session.Config) { cfg.MaxPerAddress = 1 }, func(t *testing.T, w *world) {
				if status := fail(w); status != http.StatusForbidden && status != http.StatusBadRequest {
					t.Errorf("status %d", status)
				}
				if w.tries(1, "203.0.113.7:5000") != 1 {
					t.Error("no place is left")
				}
			})
		})
	}
}
