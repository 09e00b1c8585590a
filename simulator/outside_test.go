package simulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator"
)

func TestAServerIsSeenFromOutsideWhileItIsPlayed(t *testing.T) {
	url := realServer(t)
	r, err := simulator.Run(t.Context(), simulator.Config{
		URL: url, For: 3 * time.Second, Groups: []simulator.Group{{Bots: 4, RoomSize: 2, MinRate: -1}},
		Metrics: strings.TrimSuffix(strings.Replace(url, "ws://", "http://", 1), "/ws") + "/metrics",
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Server == nil || len(r.Server.Samples) == 0 {
		t.Fatalf("%+v", r.Server)
	}
	for _, s := range r.Server.Samples {
		if *s.CPU <= 0 || *s.Memory < 1e6 || *s.Goroutines < 4 || *s.Players != 4 || *s.Matches != 2 || *s.Sessions < 4 || s.LateP99 == nil || *s.Encodings <= 0 {
			t.Errorf("%+v", s)
		}
	}
	if text := table(t, r); !strings.Contains(text, "the server: ") {
		t.Errorf("the table lacks the server: %s", text)
	}
}

func TestMetricsThatNeverComeDoNotHoldTheRun(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "go_goroutines 1\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer srv.Close()
	r, err := simulator.Run(t.Context(), simulator.Config{
		URL: realServer(t), For: 4 * time.Second, Metrics: srv.URL, Groups: []simulator.Group{{Bots: 2, MinRate: -1}},
	})
	if err != nil || r.Server == nil || len(r.Server.Samples) != 0 || r.Server.Misses == 0 || len(r.Groups[0].Laps) < 2 {
		t.Errorf("%+v, %v", r.Server, err)
	}
	if text := table(t, r); !strings.Contains(text, "looks at the server from outside failed") {
		t.Errorf("the table does not say so: %s", text)
	}
}

func table(t *testing.T, r simulator.Report) string {
	t.Helper()
	var b strings.Builder
	if _, err := r.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
