package server_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/server"
)

// get asks the house over its own network. The body is read and closed.
func (h *house) get(path string, header ...string) *http.Response {
	h.Helper()
	transport := &http.Transport{DialContext: h.net.dial, DisableCompression: true}
	defer transport.CloseIdleConnections()
	q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://memory"+path, nil)
	h.must(err)
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	resp, err := transport.RoundTrip(q)
	h.must(err)
	body, err := io.ReadAll(resp.Body)
	h.must(err)
	h.must(resp.Body.Close())
	resp.Body = io.NopCloser(strings.NewReader(string(body)))
	return resp
}

func body(resp *http.Response) string {
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

func TestThePageAndTheClientAreServedAndRevalidated(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		for path, want := range map[string]string{
			"/": "text/html", "/admin": "text/html", "/client.mjs": "text/javascript", "/client.js": "text/javascript", "/main.js": "text/javascript", "/arena-step.wasm": "application/wasm",
		} {
			resp := h.get(path)
			if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), want) || len(body(resp)) == 0 {
				t.Errorf("%s: %d %s", path, resp.StatusCode, resp.Header.Get("Content-Type"))
			}
			if again := h.get(path, "If-None-Match", resp.Header.Get("Etag")); again.StatusCode != 304 {
				t.Errorf("%s revalidated: %d", path, again.StatusCode)
			}
			if packed := h.get(path, "Accept-Encoding", "gzip"); packed.Header.Get("Content-Encoding") != "gzip" {
				t.Errorf("%s is not compressed", path)
			}
			if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'self'") {
				t.Errorf("%s has no content policy", path)
			}
		}
		for _, path := range []string{"/nothing", "/debug/pprof/"} {
			if status := h.get(path).StatusCode; status != 404 {
				t.Errorf("%s: %d", path, status)
			}
		}
	})
}

func TestAFileThatIsEmbeddedCompressedIsServedBothWays(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		const path = "/arena-step.wasm"
		plain, packed := h.get(path), h.get(path, "Accept-Encoding", "gzip")
		content := body(plain)
		if !strings.HasPrefix(content, "\x00asm") || plain.Header.Get("Content-Encoding") != "" {
			t.Error("who takes no gzip does not get the module itself")
		}
		r, err := gzip.NewReader(packed.Body)
		h.must(err)
		unpacked, err := io.ReadAll(r)
		h.must(err)
		if string(unpacked) != content || plain.Header.Get("Etag") != packed.Header.Get("Etag") {
			t.Error("the two ways differ")
		}
		if status := h.get(path + ".gz").StatusCode; status != 404 {
			t.Errorf("%s.gz: %d", path, status)
		}
	})
}

func TestMetricsCoverEveryRoom(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada := h.guest("ada")
		ada.hostAny()
		text := body(h.get(server.PathMetrics))
		for _, line := range []string{
			"deltatick_draining 0", "deltatick_sessions 1", "deltatick_connections 1", "deltatick_matches 1", `deltatick_lobbies{phase="playing"} 1`,
			`deltatick_players{state="present"} 1`, `deltatick_drops_total{reason="input_rate",room="match"} 0`,
			`deltatick_closes_total{code="4506",name="flooding"} 0`, `deltatick_snapshots_total{kind="keyframe"} 1`,
			`deltatick_frames_total{direction="in",kind="hello"} 1`, "deltatick_tick_lateness_seconds_count", "go_goroutines",
			`deltatick_handshakes_refused_total{reason="address_rate"} 0`, `deltatick_drops_total{reason="byte_rate",room="session"} 0`,
			`deltatick_transfers{way="upload"} 0`, `deltatick_transfers_total{outcome="done",way="download"} 0`, "deltatick_upload_waiting_bytes 0", "deltatick_addresses 0",
		} {
			if !strings.Contains(text, line) {
				t.Errorf("metrics lack %s", line)
			}
		}
	})
}

func TestAPageOfAnotherSiteIsRefused(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		resp := h.get(server.PathSocket, "Connection", "Upgrade", "Upgrade", "websocket", "Sec-Websocket-Version", "13",
			"Sec-Websocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==", "Origin", "https://evil.example")
		if resp.StatusCode != 403 {
			t.Errorf("a foreign origin got %d", resp.StatusCode)
		}
	})
}
