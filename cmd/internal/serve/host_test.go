package serve

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// gateway is as much of an Agones sidecar as shows what a server says: its double is in hosting.
type gateway struct {
	*httptest.Server
	calls chan string   // what is asked for, but for what is watched and read
	drain chan struct{} // closed to ask for draining
}

func startGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{calls: make(chan string, 1000), drain: make(chan struct{})}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/watch/gameserver" {
			g.calls <- r.URL.Path
			_, _ = w.Write([]byte("{}"))
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-g.drain:
			_, _ = fmt.Fprintln(w, `{"result":{"object_meta":{"labels":{"deltatick-drain":"true"}}}}`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() {
		g.CloseClientConnections()
		g.Close()
	})
	return g
}

// env is what tells a process where the gateway is.
func (g *gateway) env() string {
	return "AGONES_SDK_HTTP_PORT=" + g.URL[strings.LastIndex(g.URL, ":")+1:]
}

// expect waits for a call.
func (g *gateway) expect(t *testing.T, path string) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case got := <-g.calls:
			if got == path {
				return
			}
		case <-late:
			t.Fatalf("%s is not called", path)
		}
	}
}

func TestAHostHearsOfTheServerAndDrainsIt(t *testing.T) {
	g := startGateway(t)
	p := startProcess(t, "-drain 1h -hosting agones", g.env())
	g.expect(t, "/ready")
	g.expect(t, "/health")
	stay(t, p.url)
	g.expect(t, "/v1beta1/lists/players:addValue")
	close(g.drain)
	waitDraining(p.url)
	g.expect(t, "/health") // while it drains, too
	if status := statusOf(t, p.url+"/healthz"); status != http.StatusOK {
		t.Errorf("healthz while draining: %d", status)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
}

func TestAServerThatHasDrainedForItsHostSaysSoAndEnds(t *testing.T) {
	g := startGateway(t)
	p := startProcess(t, "-hosting agones", g.env())
	g.expect(t, "/ready")
	close(g.drain)
	g.expect(t, "/shutdown")
	if err := p.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestAServerWhoseHostIsAwayServes(t *testing.T) {
	g := startGateway(t)
	g.Close()
	p := startProcess(t, "-hosting agones", g.env())
	stay(t, p.url)
	if status := statusOf(t, p.url+"/readyz"); status != http.StatusOK {
		t.Errorf("readyz: %d", status)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()
}

func statusOf(t *testing.T, url string) int {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func TestAHealthCheckAsksTheServerAtTheAddress(t *testing.T) {
	healthy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer healthy.Close()
	unwell := httptest.NewServer(http.NotFoundHandler())
	defer unwell.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for url, want := range map[string]bool{healthy.URL: true, unwell.URL: false, gone.URL: false} {
		err := run(t.Context(), []string{"-healthcheck", "-addr", strings.TrimPrefix(url, "http://")}, noEnv, t.Output(), t.Output())
		if (err == nil) != want {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestAHealthCheckFindsAServerThatListensEverywhere(t *testing.T) {
	for addr, want := range map[string]string{
		":8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost:80", "[::]:80": "http://localhost:80",
		"127.0.0.1:80": "http://127.0.0.1:80", "[::1]:80": "http://[::1]:80", "game.example:80": "http://game.example:80",
	} {
		if got := localURL(addr); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}
