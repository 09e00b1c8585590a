package redis_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/clustertest"
	"github.com/deltatick/deltatick/cluster/redis"
)

// documentedACL is the command in docs/cluster.md.
func documentedACL(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/cluster.md")
	must(t, err)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "ACL SETUSER ") {
			return strings.Fields(line)
		}
	}
	t.Fatal("docs/cluster.md has no ACL")
	return nil
}

// allowed starts a server with a user who may do what is documented, without some of it.
func allowed(t *testing.T, asCluster bool) (s *server, without func(command string), url string) {
	t.Helper()
	s = startServer(t, asCluster)
	acl := documentedACL(t)
	without = func(command string) {
		t.Helper()
		args := []string{"ACL", "SETUSER", "deltatick", "reset"}
		for _, arg := range acl[3:] {
			if arg != "+"+command {
				args = append(args, arg)
			}
		}
		s.await("+OK", strings.Join(args, " "))
	}
	without("")
	return s, without, fmt.Sprintf("redis://deltatick:password@127.0.0.1:%d", s.port)
}

func TestTheDocumentedACLIsEnough(t *testing.T) {
	t.Parallel()
	for name, asCluster := range map[string]bool{"one server": false, "Redis Cluster": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, url := allowed(t, asCluster)
			admin := raw(t, s)
			for _, test := range clustertest.Tests() {
				t.Run(test.Name, func(t *testing.T) {
					admin("FLUSHALL")
					test.Run(t, clustertest.Service{Open: func() cluster.Engine {
						e, err := redis.Dial(redis.Config{URL: url})
						must(t, err)
						t.Cleanup(e.Close)
						return e
					}})
				})
			}
		})
	}
}

// Without any one of the commands something does not work, and says so by an error that is not "unavailable": repeating does not help. Other
// prefixes are out of reach.
func TestTheDocumentedACLIsNotTooMuch(t *testing.T) {
	t.Parallel()
	s, without, url := allowed(t, false)
	admin := raw(t, s)
	e, err := redis.Dial(redis.Config{URL: url})
	must(t, err)
	defer e.Close()
	commands := map[string]bool{}
	for _, arg := range documentedACL(t) {
		if command, ok := strings.CutPrefix(arg, "+"); ok {
			commands[command] = true
		}
	}
	// What only connections, feeds, Sentinel and Redis Cluster need.
	for _, command := range []string{"hello", "ping", "role", "cluster|slots", "cluster|shards", "ssubscribe", "sunsubscribe"} {
		delete(commands, command)
	}
	for command := range commands {
		without("")
		admin("FLUSHALL")
		match, lobby := fill(t, e)
		for i := range 16 { // presence of an owner that has died
			admin("ZADD", fmt.Sprintf("{deltatick:presence:%d}:owners", i), "0", "A")
		}
		admin("SCRIPT", "FLUSH")
		without(command)
		errs := everyCall(t, e, match, lobby)
		refused := 0
		for _, err := range errs {
			if cluster.OutcomeOf(err) == cluster.OutcomeFailed {
				refused++
			}
		}
		if refused == 0 {
			t.Errorf("all works without %s", command)
		}
	}
	without("")
	other, err := redis.Dial(redis.Config{URL: url, Prefix: "other"})
	must(t, err)
	defer other.Close()
	if _, err := other.Acquire(t.Context(), cluster.KindMatch, "m", "A", time.Minute); cluster.OutcomeOf(err) != cluster.OutcomeFailed {
		t.Errorf("keys of another prefix: %v", err)
	}
}
