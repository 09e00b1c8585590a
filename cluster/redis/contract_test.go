package redis_test

import (
	"flag"
	"fmt"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/clustertest"
	"github.com/deltatick/deltatick/cluster/redis"
)

func TestMain(m *testing.M) {
	// Tests here wait for processes and for leases to end: more of them at once than there are cores takes a third of the time.
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		_ = flag.Set("test.parallel", "6")
	}
	// The client looks at a cluster's topology a second later at most, and has no way to be told not to.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*call).DelayDo.func1"))
}

func TestContract(t *testing.T) {
	t.Parallel()
	contract(t, startServer(t, false))
}

// One node of a Redis Cluster has all slots, and refuses what would not work with more: scripts with keys of several.
func TestContractOnARedisCluster(t *testing.T) {
	t.Parallel()
	contract(t, startServer(t, true))
}

var services atomic.Int64

func contract(t *testing.T, s *server) {
	for _, test := range clustertest.Tests() {
		t.Run(test.Name, func(t *testing.T) {
			test.Run(t, service(t, s))
		})
	}
}

// service is an empty part of a server.
func service(t *testing.T, s *server) clustertest.Service {
	prefix := fmt.Sprint("test", services.Add(1))
	return clustertest.Service{Open: func() cluster.Engine { return open(t, s, redis.Config{Prefix: prefix}) }}
}

func open(t *testing.T, s *server, cfg redis.Config) *redis.Engine {
	t.Helper()
	cfg.URL = s.url()
	e, err := redis.Dial(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}
