package scrape

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/deltatick/deltatick/simulator/serverstat"
)

// Config says what is looked at. The zero value of a field is the default it names.
type Config struct {
	Metrics string        // http:// or https:// URL of metrics in Prometheus' text format; default none
	PID     int           // of the server's process on this machine, whose CPU and memory are then taken by /proc; default none
	Every   time.Duration // from one look to the next; default 1 s
	Timeout time.Duration // of a look; default 2 s
}

// Report is what was seen.
type Report struct {
	Metrics string   `json:"metrics,omitempty"` // where
	PID     int      `json:"pid,omitempty"`
	Samples []Sample `json:"samples"`
	Misses  int      `json:"misses"`        // looks that failed, at least in part
	Why     string   `json:"why,omitempty"` // the newest of them failed
}

// Watcher looks at one server again and again.
type Watcher struct {
	cfg    Config
	client *http.Client

	mu     sync.Mutex
	report Report
}

// New makes a watcher; it starts nothing.
func New(cfg Config) *Watcher {
	cfg.Every = cmp.Or(cfg.Every, time.Second)
	cfg.Timeout = cmp.Or(cfg.Timeout, 2*time.Second)
	return &Watcher{
		cfg: cfg, report: Report{Metrics: cfg.Metrics, PID: cfg.PID},
		client: &http.Client{
			// A transport of its own, whose connection goes with it. A redirection is not followed: the address was given by who runs this.
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Run looks at once, then every Config.Every, until ctx ends. It returns at once then, whatever the server does.
func (w *Watcher) Run(ctx context.Context) {
	defer w.client.CloseIdleConnections()
	began := time.Now()
	ticker := time.NewTicker(w.cfg.Every)
	defer ticker.Stop()
	var before reading
	for {
		r, err := w.look(ctx)
		if ctx.Err() != nil && err != nil {
			return // cut short, which says nothing about the server
		}
		w.mu.Lock()
		if err != nil {
			w.report.Misses++
			w.report.Why = err.Error()
		}
		if !r.at.IsZero() {
			if !before.at.IsZero() { // the first is only what the next is compared with
				w.report.Samples = append(w.report.Samples, r.since(before, began))
			}
			before = r
		}
		w.mu.Unlock()
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// look takes what can be had; at is zero if that is nothing.
func (w *Watcher) look(ctx context.Context) (r reading, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	if w.cfg.Metrics != "" {
		var found families
		if found, err = serverstat.Families(ctx, w.client, w.cfg.Metrics); err == nil {
			r = found.reading()
			r.at = time.Now()
		}
	}
	if w.cfg.PID != 0 {
		cpu, memory, wrong := process(w.cfg.PID)
		if wrong == nil {
			r.cpu, r.memory = &cpu, &memory
			r.at = time.Now()
		}
		err = errors.Join(err, wrong)
	}
	return r, err
}

// Report is what was seen so far. The samples in it are not changed any more.
func (w *Watcher) Report() Report {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.report
	r.Samples = r.Samples[:len(r.Samples):len(r.Samples)]
	return r
}

// Newest is the newest sample, if there is one.
func (w *Watcher) Newest() (Sample, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.report.Samples) == 0 {
		return Sample{}, false
	}
	return w.report.Samples[len(w.report.Samples)-1], true
}
