package serverstat_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/simulator/serverstat"
)

func TestLabelsAreSummedAndHistogramsAreSumAndCount(t *testing.T) {
	values, err := serverstat.Parse([]byte(`# TYPE lobbies gauge
lobbies{phase="open"} 3
lobbies{phase="playing"} 4
# TYPE late histogram
late_bucket{le="1"} 1
late_bucket{le="+Inf"} 2
late_sum 2.5
late_count 2
odd NaN
plain 7
`))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"lobbies": 7, "late_sum": 2.5, "late_count": 2, "plain": 7} {
		if got, ok := values[name]; !ok || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if v, ok := values["odd"]; ok {
		t.Errorf("odd is %v", v)
	}
}

func TestWhatIsNoMetricsIsAnError(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a page":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>{}")) },
		"nothing":  func(http.ResponseWriter, *http.Request) {},
		"a status": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "plain 1", http.StatusTeapot) },
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(strings.Repeat("a 1\n", serverstat.MaxBytes/4+1)))
		},
	} {
		front := httptest.NewServer(answer)
		if s, err := serverstat.Fetch(t.Context(), nil, front.URL); err == nil {
			t.Errorf("%s: %v", name, s)
		}
		front.Close()
	}
}

func TestARealServerTellsWhatIsLookedAt(t *testing.T) {
	srv, err := server.New(server.Config{Kinds: []match.Kind{arena.Kind()}, Guests: true, MaxSessions: 77, MaxLobbies: 11})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(srv.Handler())
	defer front.Close()
	address, err := serverstat.Address("ws" + strings.TrimPrefix(front.URL, "http") + "/ws")
	if err != nil {
		t.Fatal(err)
	}
	s, err := serverstat.Fetch(t.Context(), nil, address)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		serverstat.Goroutines, serverstat.Sessions, serverstat.Lobbies, serverstat.Matches, serverstat.Lateness + "_sum", serverstat.Lateness + "_count",
	} {
		if _, ok := s.Get(name); !ok {
			t.Errorf("no %s", name)
		}
	}
	if n, _ := s.Get(serverstat.MaxSessions); n != 77 {
		t.Errorf("room for %v sessions, want 77", n)
	}
	if n, _ := s.Get(serverstat.MaxLobbies); n != 11 {
		t.Errorf("room for %v lobbies, want 11", n)
	}
}

func TestAddressIsBesideTheWebSocket(t *testing.T) {
	for ws, want := range map[string]string{
		"ws://127.0.0.1:8080/ws": "http://127.0.0.1:8080/metrics", "wss://play.example/x/ws?a=b": "https://play.example/metrics", "http://x/": "", "::": "",
	} {
		if got, err := serverstat.Address(ws); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", ws, got, err)
		}
	}
}
