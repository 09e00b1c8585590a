package scrape_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/simulator/scrape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// watch looks at a server until it has answered n times, or the watcher has missed n looks.
func watch(t *testing.T, n int, handle http.HandlerFunc) scrape.Report {
	t.Helper()
	srv := httptest.NewServer(handle)
	defer srv.Close()
	return watchAs(t, n, scrape.Config{Metrics: srv.URL + "/metrics", Every: time.Millisecond, Timeout: time.Minute})
}

func watchAs(t *testing.T, n int, cfg scrape.Config) scrape.Report {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w := scrape.New(cfg)
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	for r := w.Report(); len(r.Samples)+r.Misses < n; r = w.Report() {
		runtime.Gosched()
	}
	cancel()
	<-done
	return w.Report()
}

const metrics = `# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total %d
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 5e7
# TYPE go_goroutines gauge
go_goroutines 12
# TYPE deltatick_players gauge
deltatick_players{state="present"} 7
deltatick_players{state="away"} 2
# TYPE deltatick_drops_total counter
deltatick_drops_total{room="match",reason="late"} %d
deltatick_drops_total{room="session",reason="full"} 3
# TYPE deltatick_closes_total counter
deltatick_closes_total{code="4504",name="malformed"} %d
# TYPE deltatick_tick_lateness_seconds histogram
deltatick_tick_lateness_seconds_bucket{le="0.001"} %d
deltatick_tick_lateness_seconds_bucket{le="0.002"} %d
deltatick_tick_lateness_seconds_bucket{le="+Inf"} %d
deltatick_tick_lateness_seconds_sum 1
deltatick_tick_lateness_seconds_count %d
`

func TestAServersMetricsBecomeSamples(t *testing.T) {
	var looks atomic.Int64
	r := watch(t, 3, func(w http.ResponseWriter, _ *http.Request) {
		n := looks.Add(1)
		fmt.Fprintf(w, metrics, n, n, 10*n, 50*n, 100*n, 100*n, 100*n)
	})
	if len(r.Samples) < 3 || r.Misses != 0 || r.Why != "" {
		t.Fatalf("%+v", r)
	}
	for i, s := range r.Samples {
		if *s.CPU <= 0 || *s.Memory != 5e7 || *s.Goroutines != 12 || *s.Players != 9 || s.Matches != nil || s.Encodings != nil {
			t.Errorf("sample %d: %+v", i, s)
		}
		// Half of the ticks were late by up to 1 ms, the others by 1 to 2 ms.
		if *s.LateP50 != 1 || *s.LateP99 < 1.97 || *s.LateP99 > 1.99 {
			t.Errorf("sample %d: late by p50 %v ms, p99 %v ms", i, *s.LateP50, *s.LateP99)
		}
		ratio := s.Closes["4504 malformed"] / s.Drops["match late"]
		if len(s.Drops) != 1 || len(s.Closes) != 1 || ratio < 9.99 || ratio > 10.01 {
			t.Errorf("sample %d: drops %v, closes %v; want only what grew, by 1 and 10", i, s.Drops, s.Closes)
		}
		if i > 0 && s.At <= r.Samples[i-1].At {
			t.Errorf("sample %d at %v after one at %v", i, s.At, r.Samples[i-1].At)
		}
	}
}

func TestACounterThatShrankBeganAnew(t *testing.T) {
	var looks atomic.Int64
	r := watch(t, 1, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %d\n", 1000/looks.Add(1))
	})
	if cpu := r.Samples[0].CPU; cpu == nil || *cpu <= 0 {
		t.Errorf("%+v", r.Samples[0])
	}
}

func TestWhatServersLieAboutIsLeftOutOrCountedAsAMiss(t *testing.T) {
	for name, body := range map[string]string{
		"no numbers": "process_cpu_seconds_total NaN\ngo_goroutines -5\nprocess_resident_memory_bytes +Inf\ndeltatick_players 1e300\n",
		"no metrics": "", "no text": "\x00\xff\x1f\x8b{{{", "half a line": "go_goroutines",
		"other types": "# TYPE deltatick_tick_lateness_seconds gauge\ndeltatick_tick_lateness_seconds 3\n# TYPE go_goroutines histogram\ngo_goroutines_count 3\n",
		"endless":     strings.Repeat("go_goroutines 1\n", 400_000),
	} {
		r := watch(t, 2, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		for _, s := range r.Samples {
			if s.CPU != nil || s.Goroutines != nil || s.Memory != nil || s.Players != nil || s.LateP50 != nil {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if r.Misses > 0 && r.Why == "" {
			t.Errorf("%s: %d misses and no reason", name, r.Misses)
		}
	}
}

func TestManySeriesWithLongNamesAreCutShort(t *testing.T) {
	var looks atomic.Int64
	r := watch(t, 2, func(w http.ResponseWriter, _ *http.Request) {
		n := looks.Add(1)
		for i := range 1000 {
			fmt.Fprintf(w, "deltatick_drops_total{room=\"%d%s\",reason=\"x\"} %d\n", i, strings.Repeat("x", 1000), n)
		}
	})
	if len(r.Samples) == 0 {
		t.Fatalf("%+v", r)
	}
	for _, s := range r.Samples {
		if len(s.Drops) == 0 || len(s.Drops) > 64 {
			t.Errorf("%d kinds of drops", len(s.Drops))
		}
		for key := range s.Drops {
			if len(key) > 200 {
				t.Fatalf("a kind of %d bytes", len(key))
			}
		}
	}
}

func TestWhatIsNotMetricsIsSaidSo(t *testing.T) {
	for want, handle := range map[string]http.HandlerFunc{
		"404": func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
		"302": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		},
	} {
		if r := watch(t, 1, handle); len(r.Samples) != 0 || !strings.Contains(r.Why, want) {
			t.Errorf("want %s: %+v", want, r)
		}
	}
}

func TestAServerThatNeverAnswersHoldsNothingUp(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "go_goroutines 1\n")
		_ = http.NewResponseController(w).Flush()
		<-release // in the middle of its answer
	}))
	defer srv.Close()
	defer close(release)
	w := scrape.New(scrape.Config{Metrics: srv.URL, Timeout: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	cancel()
	<-done // or the test hangs
	if r := w.Report(); len(r.Samples) != 0 {
		t.Errorf("%+v", r)
	}
	// And one whose timeout passes is missed, and looked at again.
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer hangs.Close()
	if r := watchAs(t, 2, scrape.Config{Metrics: hangs.URL, Every: time.Millisecond, Timeout: time.Millisecond}); r.Misses < 2 || len(r.Samples) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestAProcessIsLookedAtByItsNumber(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	for pid, there := range map[int]bool{os.Getpid(): true, 1 << 30: false} {
		r := watchAs(t, 2, scrape.Config{PID: pid, Every: time.Millisecond})
		if there && (len(r.Samples) < 2 || *r.Samples[0].Memory < 1e6 || *r.Samples[0].CPU < 0) || !there && (len(r.Samples) > 0 || r.Why == "") {
			t.Errorf("process %d: %+v", pid, r)
		}
	}
}
