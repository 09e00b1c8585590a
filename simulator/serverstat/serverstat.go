// Package serverstat takes one look at a server's metrics, in Prometheus' text format, as numbers by name: what a search for the server's capacity,
// a check before a run, and a verdict on leaks go by. The metrics are somebody else's word: what is read of them is bounded, and a look ends after a
// few seconds.
package serverstat

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// MaxBytes is the most that is read of a server's metrics; deltatick's own are about 40 kB.
const MaxBytes = 4 << 20

// Timeout is for one look.
const Timeout = 3 * time.Second

// Names of metrics that are looked at in more than one place.
const (
	CPU         = "process_cpu_seconds_total"
	Resident    = "process_resident_memory_bytes"
	Goroutines  = "go_goroutines"
	OpenFiles   = "process_open_fds"
	MaxFiles    = "process_max_fds"
	Sessions    = "deltatick_sessions"
	MaxSessions = "deltatick_max_sessions"
	Lobbies     = "deltatick_lobbies"
	MaxLobbies  = "deltatick_max_lobbies"
	Matches     = "deltatick_matches"
	Lateness    = "deltatick_tick_lateness_seconds" // a histogram: also Lateness_sum and Lateness_count
)

// Sample is one look: the value of each metric by its name, summed over its labels. A histogram or summary is there as NAME_sum and NAME_count.
type Sample struct {
	At     time.Time
	Values map[string]float64
}

// Get is a metric's value; ok is false where the server does not tell.
func (s Sample) Get(name string) (value float64, ok bool) {
	value, ok = s.Values[name]
	return value, ok
}

// Address is where the server behind a WebSocket URL has its metrics: /metrics of the same host.
func Address(ws string) (string, error) {
	u, err := url.Parse(ws)
	if err != nil {
		return "", err
	}
	scheme, known := map[string]string{"ws": "http", "wss": "https"}[u.Scheme]
	if !known || u.Host == "" {
		return "", fmt.Errorf("%q is no WebSocket URL", ws)
	}
	return (&url.URL{Scheme: scheme, Host: u.Host, Path: "/metrics"}).String(), nil
}

// Fetch takes a look at the metrics at an address. client nil is [http.DefaultClient].
func Fetch(ctx context.Context, client *http.Client, address string) (Sample, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	body, err := get(ctx, client, address)
	if err != nil {
		return Sample{}, err
	}
	values, err := Parse(body)
	if err != nil {
		return Sample{}, fmt.Errorf("metrics at %s: %w", address, err)
	}
	return Sample{At: time.Now(), Values: values}, nil
}

// Families takes a look, too, and returns all of the metrics, with their labels and buckets. Their numbers are as the server says, whatever that is.
func Families(ctx context.Context, client *http.Client, address string) (map[string]*dto.MetricFamily, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	body, err := get(ctx, client, address)
	if err != nil {
		return nil, err
	}
	families, err := read(body)
	if err != nil {
		return nil, fmt.Errorf("metrics at %s: %w", address, err)
	}
	return families, nil
}

func get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	res, err := cmp.Or(client, http.DefaultClient).Do(req)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // it is only read
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("metrics at %s: HTTP status %d", address, res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxBytes+1))
	if err == nil && len(body) > MaxBytes {
		err = fmt.Errorf("more than %d bytes", MaxBytes)
	}
	if err != nil {
		return nil, fmt.Errorf("metrics at %s: %w", address, err)
	}
	return body, nil
}

func read(text []byte) (map[string]*dto.MetricFamily, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err == nil && len(families) == 0 {
		err = errors.New("there are none")
	}
	return families, err
}

// Parse reads metrics; see [Sample]. Values that are no finite numbers are left out.
func Parse(text []byte) (map[string]float64, error) {
	families, err := read(text)
	if err != nil {
		return nil, err
	}
	return Values(families), nil
}

// Values are the numbers of metrics; see [Sample]. Those that are not finite are left out.
func Values(families map[string]*dto.MetricFamily) map[string]float64 {
	values := make(map[string]float64, len(families))
	for name, family := range families {
		for _, m := range family.GetMetric() {
			for suffix, v := range parts(m) {
				if sum := values[name+suffix] + v; !math.IsNaN(sum) && !math.IsInf(sum, 0) {
					values[name+suffix] = sum
				}
			}
		}
	}
	return values
}

// parts are a metric's numbers by what is put behind its name.
func parts(m *dto.Metric) map[string]float64 {
	switch {
	case m.Counter != nil:
		return map[string]float64{"": m.Counter.GetValue()}
	case m.Gauge != nil:
		return map[string]float64{"": m.Gauge.GetValue()}
	case m.Untyped != nil:
		return map[string]float64{"": m.Untyped.GetValue()}
	case m.Histogram != nil:
		return map[string]float64{"_sum": m.Histogram.GetSampleSum(), "_count": float64(m.Histogram.GetSampleCount())}
	case m.Summary != nil:
		return map[string]float64{"_sum": m.Summary.GetSampleSum(), "_count": float64(m.Summary.GetSampleCount())}
	}
	return nil
}
