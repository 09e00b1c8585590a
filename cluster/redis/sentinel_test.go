package redis_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/redis"
)

// masterSet is a master with a replica, and Sentinels that watch both.
type masterSet struct {
	master, replica *server
	sentinels       []*server
}

func startMasterSet(t *testing.T) *masterSet {
	t.Helper()
	m := &masterSet{master: startServer(t, false)}
	m.replica = startServer(t, false)
	m.replica.say(fmt.Sprintf("REPLICAOF 127.0.0.1 %d", m.master.port))
	m.replica.await("master_link_status:up", "INFO replication")
	m.master.await("state=online", "INFO replication")
	for range 3 {
		m.sentinels = append(m.sentinels, startSentinel(t, m.master.port))
	}
	return m
}

// watched waits until the Sentinels know each other and the replica, without which they fail nothing over.
func (m *masterSet) watched() {
	for _, s := range m.sentinels {
		s.await(fmt.Sprintf("num-other-sentinels\r\n$1\r\n%d", len(m.sentinels)-1), "SENTINEL MASTER service")
		s.await("num-slaves\r\n$1\r\n1", "SENTINEL MASTER service")
	}
}

func startSentinel(t *testing.T, master int, lines ...string) *server {
	t.Helper()
	s := &server{t: t, port: freePort(t), dir: t.TempDir()}
	file := filepath.Join(s.dir, "sentinel.conf") // it writes to it
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor service 127.0.0.1 %d 2\nsentinel down-after-milliseconds service 1000\n"+
		"sentinel failover-timeout service 10000\n", s.port, s.dir, master) + strings.Join(lines, "\n")
	must(t, os.WriteFile(file, []byte(text), 0o600))
	s.process = exec.Command("redis-server", file, "--sentinel")
	s.process.Stdout, s.process.Stderr = &s.said, &s.said
	must(t, s.process.Start())
	t.Cleanup(s.kill)
	s.await("+PONG", "PING")
	return s
}

// url is as in docs/cluster.md.
func (m *masterSet) url() string {
	return fmt.Sprintf("redis://127.0.0.1:%d?addr=127.0.0.1:%d&addr=127.0.0.1:%d&master_set=service", m.sentinels[0].port, m.sentinels[1].port, m.sentinels[2].port)
}

// A master dies while leases are renewed and matches saved, with the newest writes on it alone. Nobody loses a lease to another, no epoch goes down, of two
// owners the higher epoch wins, and what was lost is put again.
func TestAFailOverCostsAPauseAndNothingElse(t *testing.T) {
	t.Parallel()
	m := startMasterSet(t)
	a := startOwner(t, redis.Config{URL: m.url()}, "a")
	b := startOwner(t, redis.Config{URL: m.url()}, "b")
	const matches = 10
	a.hold(matches)
	b.hold(matches)
	moved, err := a.keeper.Acquire(t.Context(), cluster.KindMatch, "moved", "a")
	must(t, err)
	must(t, save(a.engine, moved.Lease(), 1))
	epochs := map[*cluster.Held]uint32{}
	for _, o := range []*owner{a, b} {
		o.steady()
		for _, h := range o.holds {
			epochs[h] = h.Lease().Epoch
			must(t, save(o.engine, h.Lease(), 1))
		}
	}

	m.watched()
	// From here on nothing reaches the replica.
	m.master.await("+OK", "ACL SETUSER default -psync -sync")
	m.master.say("CLIENT KILL TYPE replica")
	lost, err := a.engine.Acquire(t.Context(), cluster.KindMatch, "lost", "a", time.Minute)
	must(t, err)
	must(t, save(a.engine, lost, 7))
	next, err := a.engine.Transfer(t.Context(), moved.Lease(), "b")
	must(t, err)
	newer, err := b.keeper.Acquire(t.Context(), cluster.KindMatch, "moved", "b")
	must(t, err)
	if newer.Lease().Epoch != next.Epoch {
		t.Fatalf("epoch %d, want %d", newer.Lease().Epoch, next.Epoch)
	}

	died := time.Now()
	m.master.kill()
	var back time.Time
	failed := 0
	eventually(t, "everybody has what they had", func() bool {
		for _, o := range []*owner{a, b} {
			for _, h := range o.holds {
				if err := save(o.engine, h.Lease(), 2); err != nil {
					if errors.Is(err, cluster.ErrFenced) {
						t.Fatalf("%s lost %s", o.name, h.Lease().ID)
					}
					failed++
					return false
				}
			}
		}
		back = time.Now()
		return a.valid("a") == matches && b.valid("b") == matches
	})
	t.Logf("the master died, and %v later everything was saved again; %d calls failed", back.Sub(died), failed)
	if failed == 0 {
		t.Error("no call failed: the master was not the master")
	}
	a.steady()
	b.steady()
	if a.valid("b") > 0 || b.valid("a") > 0 || a.lost()+b.lost() > 0 {
		t.Errorf("a took %d and lost %d, b took %d and lost %d", a.valid("b"), a.lost(), b.valid("a"), b.lost())
	}
	for h, before := range epochs {
		if l := h.Lease(); l.Epoch != before {
			t.Errorf("%s: epoch %d, was %d", l.ID, l.Epoch, before)
		}
	}
	neverTwo(t, a, b)

	select {
	case <-moved.Lost():
	case <-time.After(soon):
		t.Error("the owner with the lower epoch was not told")
	}
	if !newer.Valid() || newer.Lease().Epoch != next.Epoch {
		t.Errorf("the higher epoch is valid: %v, %d, want %d", newer.Valid(), newer.Lease().Epoch, next.Epoch)
	}
	if _, err := a.engine.Saved(t.Context(), "lost"); !errors.Is(err, cluster.ErrNotFound) {
		t.Errorf("what only the old master had: %v, want %v", err, cluster.ErrNotFound)
	}
	if r := a.engine.Renew(t.Context(), lost)[0]; r.Err != nil || !r.Restored || r.Lease.Epoch != lost.Epoch {
		t.Errorf("its owner is told: %+v", r)
	}
	must(t, save(a.engine, lost, 8))
	if saved, err := b.engine.Saved(t.Context(), "lost"); err != nil || saved.Checkpoint.Tick != 8 {
		t.Errorf("put again: %+v, %v", saved, err)
	}
	if role := m.replica.say("ROLE"); !strings.Contains(role, "master") {
		t.Errorf("the replica is %q", role)
	}
}

func save(e *redis.Engine, l cluster.Lease, tick uint32) error {
	return e.Save(context.Background(), cluster.Save{Lease: l, Checkpoint: &cluster.Checkpoint{Tick: tick, Data: []byte("state")}})[0]
}
