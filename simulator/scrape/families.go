package scrape

import (
	"math"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// What is taken of a look at most.
const (
	maxKinds = 64   // series of one metric that are told apart; the rest are left out
	maxLabel = 64   // bytes of a label's value
	maxValue = 1e18 // above which a number is taken for nonsense
)

// families are metrics by name, as somebody else's server says they are.
type families map[string]*dto.MetricFamily

// number is a metric's value, if it is one.
func number(m *dto.Metric) (v float64, ok bool) {
	switch {
	case m.Gauge != nil:
		v = m.Gauge.GetValue()
	case m.Counter != nil:
		v = m.Counter.GetValue()
	case m.Untyped != nil:
		v = m.Untyped.GetValue()
	default:
		return 0, false
	}
	return v, v >= 0 && v <= maxValue // false for NaN, too
}

// sum is that over all series of a metric, or nil if there is none.
func (f families) sum(name string) *float64 {
	var sum *float64
	for _, m := range f[name].GetMetric() {
		if v, ok := number(m); ok {
			if sum == nil {
				sum = new(float64)
			}
			*sum += v
		}
	}
	return sum
}

// by has a metric's series by the values of labels, with spaces between.
func (f families) by(name string, labels ...string) map[string]float64 {
	all := map[string]float64{}
	for _, m := range f[name].GetMetric() {
		v, ok := number(m)
		if !ok {
			continue
		}
		values := make([]string, 0, len(labels))
		for _, label := range labels {
			for _, pair := range m.GetLabel() {
				if pair.GetName() == label {
					text := pair.GetValue()
					values = append(values, text[:min(len(text), maxLabel)])
				}
			}
		}
		key := strings.ToValidUTF8(strings.Join(values, " "), "")
		if _, known := all[key]; known || len(all) < maxKinds {
			all[key] += v
		}
	}
	return all
}

// bucket is one of a histogram: how many observations were at most bound.
type bucket struct{ bound, count float64 }

// buckets are those of a histogram's first series, by bound.
func (f families) buckets(name string) (all []bucket) {
	series := f[name].GetMetric()
	if len(series) == 0 {
		return nil
	}
	for _, b := range series[0].GetHistogram().GetBucket() {
		if bound := b.GetUpperBound(); !math.IsNaN(bound) && len(all) < maxKinds {
			all = append(all, bucket{bound, float64(b.GetCumulativeCount())})
		}
	}
	slices.SortFunc(all, func(a, b bucket) int {
		if a.bound < b.bound {
			return -1
		}
		return 1
	})
	return all
}
