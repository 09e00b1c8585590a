package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/deltatick/deltatick/cluster"
)

// store are the metrics of what this node asks of the store that nodes share, and of times without it. Of calls those are listed that were ever made.
func (c *collector) store(m sink) {
	of := c.server.cfg.Cluster
	if n := of.StoreCounters; n != nil {
		for _, call := range cluster.Calls() {
			for _, outcome := range cluster.Outcomes() {
				if made := n.Calls[call].Outcomes[outcome].Load(); made > 0 {
					m.count(descStoreCalls, made, call.String(), outcome.String())
				}
			}
			m.took(descStoreTook, &n.Calls[call].Latency, call.String())
		}
		m.count(descStoreHeard, n.Delivered.Load())
		m.count(descStoreGaps, n.Gaps.Load())
		m.count(descStoreBack, n.Resubscribed.Load())
		m.count(descDrops, n.Dropped.Load(), "store", "slow_reader")
		m.count(descDrops, n.Malformed.Load(), "store", "malformed")
		m.count(descDrops, n.Overloaded.Load(), "store", "overloaded")
	}
	if n := of.Outages; n != nil {
		m.gauge(descStoreAway, n.Open.Load())
		m.count(descStoreOutages, n.Outages.Load())
		m.count(descStoreBridged, n.Bridged.Load(), "prolonged")
		m.count(descStoreBridged, n.Refused.Load(), "not")
	}
}

// took reports how long calls took, if there were any.
func (m sink) took(d *prometheus.Desc, h *cluster.Histogram, labels ...string) {
	buckets, count := make(map[float64]uint64, len(cluster.LatencyBuckets)), uint64(0)
	for i, bound := range cluster.LatencyBuckets {
		count += h.Buckets[i].Load()
		buckets[bound.Seconds()] = count
	}
	count += h.Buckets[len(cluster.LatencyBuckets)].Load()
	if sum := h.Sum.Load(); count > 0 || sum > 0 {
		m.out <- prometheus.MustNewConstHistogram(d, count, float64(sum)/1e9, buckets, labels...)
	}
}

var (
	descStoreCalls   = describe("store_calls_total", "Calls to the store that nodes share, by what came of them; of renew and save one for each lease or match.", "call", "outcome")
	descStoreTook    = describe("store_call_seconds", "How long calls to the store took.", "call")
	descStoreHeard   = describe("store_messages_total", "Messages of the store that readers on this node were handed.")
	descStoreGaps    = describe("store_gaps_total", "Places at which messages of the store are missing, of which readers were told.")
	descStoreBack    = describe("store_resubscriptions_total", "Subscriptions at the store that were lost and came back.")
	descStoreAway    = describe("store_away", "1 while no node reaches the store and what runs here goes on without it.")
	descStoreOutages = describe("store_outages_total", "Times that no node reached the store and what runs here went on.")
	descStoreBridged = describe("store_bridges_total", "Times that leases were prolonged without the store, or not, since another node reaches it or did not answer.", "how")
)
