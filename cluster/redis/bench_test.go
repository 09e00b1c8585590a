package redis_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/redis"
)

// benchmarked are the calls that a service makes most. Each prepares what it needs and returns one call.
var benchmarked = []struct {
	name    string
	prepare func(b *testing.B, e cluster.Engine) (call func(i int) error)
}{
	{"Acquire", func(_ *testing.B, e cluster.Engine) func(int) error {
		return func(i int) error {
			_, err := e.Acquire(context.Background(), cluster.KindMatch, fmt.Sprint("new ", i%1000), "A", time.Minute)
			return err
		}
	}},
	{"Renew100", func(b *testing.B, e cluster.Engine) func(int) error {
		leases := acquireMany(b, e, 100)
		return func(int) error {
			for _, r := range e.Renew(context.Background(), leases...) {
				if r.Err != nil {
					return r.Err
				}
			}
			return nil
		}
	}},
	{"Save100x8kB", func(b *testing.B, e cluster.Engine) func(int) error {
		leases := acquireMany(b, e, 100)
		state := bytes.Repeat([]byte{7}, 8<<10)
		saves := make([]cluster.Save, len(leases))
		return func(i int) error {
			for k, l := range leases {
				saves[k] = cluster.Save{Lease: l, Checkpoint: &cluster.Checkpoint{Tick: uint32(i + 1), Data: state}}
			}
			for _, err := range e.Save(context.Background(), saves...) {
				if err != nil {
					return err
				}
			}
			return nil
		}
	}},
	{"Join", func(b *testing.B, e cluster.Engine) func(int) error {
		putLobby(b, e)
		return func(i int) error {
			_, err := e.Join(context.Background(), "l", fmt.Sprint("user ", i%1000), time.Minute)
			return err
		}
	}},
	{"PutLobby", func(b *testing.B, e cluster.Engine) func(int) error {
		lease := putLobby(b, e)
		data := bytes.Repeat([]byte{7}, 2<<10)
		return func(i int) error {
			data[0] = byte(i)
			return e.PutLobby(context.Background(), lease, cluster.Lobby{Node: "a", Code: "code", Capacity: 1000, Data: data}, []string{"ada", "bob", "eve", "joe"})
		}
	}},
	{"PublishToDelivery", func(b *testing.B, e cluster.Engine) func(int) error {
		feed, err := e.Subscribe(context.Background(), "topic")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(feed.Close)
		payload := make([]byte, 200)
		return func(int) error {
			if err := e.Publish(context.Background(), "topic", payload); err != nil {
				return err
			}
			_, err := feed.Next(context.Background())
			return err
		}
	}},
}

func acquireMany(b *testing.B, e cluster.Engine, n int) []cluster.Lease {
	leases := make([]cluster.Lease, n)
	for i := range leases {
		var err error
		if leases[i], err = e.Acquire(context.Background(), cluster.KindMatch, fmt.Sprint("match ", i), "A", time.Minute); err != nil {
			b.Fatal(err)
		}
	}
	return leases
}

func putLobby(b *testing.B, e cluster.Engine) cluster.Lease {
	lease, err := e.Acquire(context.Background(), cluster.KindLobby, "l", "A", time.Hour)
	if err == nil {
		err = e.PutLobby(context.Background(), lease, cluster.Lobby{Node: "a", Code: "code", Capacity: 1000}, nil)
	}
	if err != nil {
		b.Fatal(err)
	}
	return lease
}

// cost is what calls of one engine cost: how long each took, and CPU of this process and of the store.
type cost struct {
	took       []time.Duration
	own, store time.Duration
}

func (c *cost) quantile(q float64) float64 {
	slices.Sort(c.took)
	return float64(c.took[int(q*float64(len(c.took)-1))].Nanoseconds()) / 1e3
}

func measure(b *testing.B, call func(int) error, storeCPU func() time.Duration) *cost {
	c := &cost{took: make([]time.Duration, b.N)}
	own, store := ownCPU(b), storeCPU()
	for i := range c.took {
		began := time.Now()
		if err := call(i); err != nil {
			b.Fatal(err)
		}
		c.took[i] = time.Since(began)
	}
	c.own, c.store = ownCPU(b)-own, storeCPU()-store
	return c
}

func ownCPU(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// cpu is what the server has used, as it says itself.
func (s *server) cpu() time.Duration {
	var sum float64
	for line := range strings.Lines(s.say("INFO cpu")) {
		for _, name := range []string{"used_cpu_sys:", "used_cpu_user:"} {
			if text, ok := strings.CutPrefix(line, name); ok {
				seconds, _ := strconv.ParseFloat(strings.TrimSpace(text), 64)
				sum += seconds
			}
		}
	}
	return time.Duration(sum * float64(time.Second))
}

// BenchmarkEngines calls Redis and the memory engine in one run, one caller at a time; ns/op is both together and says nothing.
func BenchmarkEngines(b *testing.B) {
	s := startServer(b, false)
	for _, bench := range benchmarked {
		b.Run(bench.name, func(b *testing.B) {
			e, err := redis.Dial(redis.Config{URL: s.url(), Prefix: fmt.Sprint("bench", services.Add(1)), Timeout: 5 * time.Second})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			m := memory.New(memory.Config{})
			defer m.Close()
			onRedis, inMemory := bench.prepare(b, e), bench.prepare(b, m)
			b.ResetTimer()
			far := measure(b, onRedis, s.cpu)
			near := measure(b, inMemory, func() time.Duration { return 0 })
			b.ReportMetric(far.quantile(0.5), "redis-p50-µs")
			b.ReportMetric(far.quantile(0.99), "redis-p99-µs")
			b.ReportMetric(float64(far.own.Microseconds())/float64(b.N), "redis-node-cpu-µs")
			b.ReportMetric(float64(far.store.Microseconds())/float64(b.N), "redis-store-cpu-µs")
			b.ReportMetric(near.quantile(0.5), "memory-p50-µs")
			b.ReportMetric(near.quantile(0.99), "memory-p99-µs")
			b.ReportMetric(float64(near.own.Microseconds())/float64(b.N), "memory-cpu-µs")
			b.ReportMetric(far.quantile(0.5)/near.quantile(0.5), "p50-ratio")
		})
	}
}
