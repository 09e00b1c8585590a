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

// Watcher looks at one server again and again. Its methods may be called by any goroutine, but for Run and Last, which are called once each.
type Watcher struct {
	cfg    Config
	client *http.Client

	mu      sync.Mutex
	report  Report
	numbers []serverstat.Sample
	before  reading   // the newest look
	began   time.Time // the first look of Run
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
	w.mu.Lock()
	w.began = time.Now()
	w.mu.Unlock()
	ticker := time.NewTicker(w.cfg.Every)
	defer ticker.Stop()
	for {
		w.keep(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// Last takes one more look, after Run.
func (w *Watcher) Last(ctx context.Context) {
	defer w.client.CloseIdleConnections()
	w.keep(ctx)
}

// keep takes a look and keeps what was seen. One that is cut short says nothing about the server.
func (w *Watcher) keep(ctx context.Context) {
	r, err := w.look(ctx)
	if ctx.Err() != nil && err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.report.Misses++
		w.report.Why = err.Error()
	}
	if r.at.IsZero() {
		return
	}
	w.numbers = append(w.numbers, r.numbers())
	if !w.before.at.IsZero() { // the first is only what the next is compared with
		w.report.Samples = append(w.report.Samples, r.since(w.before, w.began))
	}
	w.before = r
}

// Look takes a look that is not kept: before the bots come, or after they have gone. The error is that nothing, or not all, could be seen.
func (w *Watcher) Look(ctx context.Context) (serverstat.Sample, error) {
	defer w.client.CloseIdleConnections()
	r, err := w.look(ctx)
	return r.numbers(), err
}

// Numbers are the looks that have been kept, each with all that it saw. They are not changed any more.
func (w *Watcher) Numbers() []serverstat.Sample {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.numbers[:len(w.numbers):len(w.numbers)]
}

// look takes what can be had; at is zero if that is nothing.
func (w *Watcher) look(ctx context.Context) (r reading, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	if w.cfg.Metrics != "" {
		var found families
		if found, err = serverstat.Families(ctx, w.client, w.cfg.Metrics); err == nil {
			r = found.reading()
			r.values = serverstat.Values(found)
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
