package session_test

import (
	"net/http"
	"testing"

	"github.com/deltatick/deltatick/session"
)

func TestPagesOfForeignOriginsAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		allowed  []string
		accepted []string
		refused  []string
	}{
		"none named": {nil,
			[]string{"", "http://game.example", "https://game.example", "https://GAME.example"},
			[]string{"https://evil.example", "https://game.example:8443", "https://game.example.evil.example", "null", "://", "game.example"}},
		"some named": {[]string{"play.example", "dev.example:3000", "https://only.example"},
			[]string{"", "https://play.example", "http://Play.Example", "http://dev.example:3000", "https://only.example"},
			[]string{"https://game.example", "http://dev.example", "http://only.example", "https://play.example:1", "null"}},
		"any": {[]string{"*"},
			[]string{"", "https://evil.example", "null", "http://dev.example:3000"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(cfg *session.Config) { cfg.Origins = tc.allowed }, func(t *testing.T, w *world) {
				try := func(origins ...string) int {
					header := http.Header{}
					if origins[0] != "" {
						header["Origin"] = origins
					}
					ws, resp, err := w.connect(header)
					if err == nil {
						_ = ws.Close()
					}
					return resp.StatusCode
				}
				for _, origin := range tc.accepted {
					if status := try(origin); status != http.StatusSwitchingProtocols {
						t.Errorf("%q: status %d", origin, status)
					}
				}
				for _, origin := range tc.refused {
					if status := try(origin); status != http.StatusForbidden {
						t.Errorf("%q: status %d", origin, status)
					}
				}
				if status := try("https://game.example", "https://play.example"); status != http.StatusForbidden {
					t.Errorf("two origins: status %d", status)
				}
				if n := w.counters.Handshakes[session.RefusedOrigin].Load(); n != uint64(len(tc.refused)+1) {
					t.Errorf("%d refusals counted, expected %d", n, len(tc.refused)+1)
				}
			})
		})
	}
}

func TestARequestThatIsNoWebSocketIsRefused(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		client := http.Client{Transport: &http.Transport{DialContext: w.listener.dial, DisableKeepAlives: true}}
		resp, err := client.Get("http://game.example/ws")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest || w.counters.Handshakes[session.RefusedUpgrade].Load() != 1 {
			t.Errorf("status %d", resp.StatusCode)
		}
	})
}
