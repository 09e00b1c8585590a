package redis_test

import (
	"errors"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/redis"
)

// codeOf opens a lobby with a join code.
func codeOf(t *testing.T, e *redis.Engine, id, code string, ttl time.Duration) cluster.Lease {
	t.Helper()
	lease, err := e.Acquire(t.Context(), cluster.KindLobby, id, "owner of "+id, ttl)
	must(t, err)
	must(t, e.PutLobby(t.Context(), lease, cluster.Lobby{Code: code, Capacity: 2}, nil))
	return lease
}

func TestJoinCodesAreFreeOnceTheirLobbyIsGoneOrHasAnother(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	for name, leave := range map[string]func(t *testing.T, e *redis.Engine, lease cluster.Lease){
		"released": func(t *testing.T, e *redis.Engine, lease cluster.Lease) { must(t, e.Release(t.Context(), lease)) },
		"another code": func(t *testing.T, e *redis.Engine, lease cluster.Lease) {
			must(t, e.PutLobby(t.Context(), lease, cluster.Lobby{Code: "other", Capacity: 2}, nil))
		},
		"no code": func(t *testing.T, e *redis.Engine, lease cluster.Lease) {
			must(t, e.PutLobby(t.Context(), lease, cluster.Lobby{Capacity: 2}, nil))
		},
		"forgotten": func(t *testing.T, e *redis.Engine, lease cluster.Lease) {
			e.KeepFor(100*time.Millisecond, time.Hour)
			eventually(t, "the lobby is forgotten", func() bool {
				_, err := e.Expired(t.Context(), cluster.KindLobby)
				must(t, err)
				_, err = e.Lobby(t.Context(), lease.ID)
				return errors.Is(err, cluster.ErrNotFound)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := service(t, s).Open().(*redis.Engine)
			lease := codeOf(t, e, "l", "code", 100*time.Millisecond)
			second, err := e.Acquire(t.Context(), cluster.KindLobby, "second", "B", time.Minute)
			must(t, err)
			take := func() error { return e.PutLobby(t.Context(), second, cluster.Lobby{Code: "code"}, nil) }
			if err := take(); !errors.Is(err, cluster.ErrTaken) {
				t.Fatalf("while a lobby has the code another gets it: %v", err)
			}
			leave(t, e, lease)
			must(t, take())
			if l, err := e.LobbyByCode(t.Context(), "code"); err != nil || l.ID != "second" {
				t.Errorf("by code: %+v, %v", l, err)
			}
		})
	}
}

// What an owner has not renewed for the retention is forgotten with all that was put with it, and its id is had anew under a higher epoch.
func TestWhatNobodyRenewsIsForgottenWithAllThatWasPut(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	e := service(t, s).Open().(*redis.Engine)
	lease, err := e.Acquire(t.Context(), cluster.KindMatch, "m", "A", cluster.MinTTL)
	must(t, err)
	must(t, e.PutMatch(t.Context(), lease, cluster.Match{Node: "a"}))
	must(t, e.Save(t.Context(), cluster.Save{
		Lease: lease, Checkpoint: &cluster.Checkpoint{Tick: 7, Data: []byte("state")}, Inputs: []cluster.Inputs{{From: 8, To: 8, Data: []byte("x")}},
	})[0])
	lobby := codeOf(t, e, "l", "code", cluster.MinTTL)
	_, err = e.Join(t.Context(), "l", "ada", time.Minute)
	must(t, err)

	eventually(t, "both are listed", func() bool {
		matches, err := e.Expired(t.Context(), cluster.KindMatch)
		must(t, err)
		lobbies, err := e.Expired(t.Context(), cluster.KindLobby)
		must(t, err)
		return len(matches) == 1 && len(lobbies) == 1
	})
	_, err = e.Saved(t.Context(), "m")
	must(t, err) // it is there for who takes over

	e.KeepFor(time.Millisecond, time.Hour)
	eventually(t, "both are forgotten", func() bool {
		for _, kind := range []cluster.Kind{cluster.KindMatch, cluster.KindLobby} {
			if expired, err := e.Expired(t.Context(), kind); err != nil || len(expired) > 0 {
				return false
			}
		}
		return true
	})
	_, matchErr := e.Match(t.Context(), "m")
	_, savedErr := e.Saved(t.Context(), "m")
	_, lobbyErr := e.Lobby(t.Context(), "l")
	_, seatErr := e.Seated(t.Context(), "l")
	for what, err := range map[string]error{"match": matchErr, "checkpoint": savedErr, "lobby": lobbyErr, "seats": seatErr} {
		if !errors.Is(err, cluster.ErrNotFound) {
			t.Errorf("%s: %v, want %v", what, err, cluster.ErrNotFound)
		}
	}
	// Only the highest epochs and the counts of changes stay.
	if keys := s.say("EVAL \"local n = 0 for _, k in ipairs(redis.call('KEYS', '*')) do if not string.find(k, ':floor$') and not string.find(k, ':rev$') then n = n + 1 end end return n\" 0"); keys != ":0\r\n" {
		t.Errorf("keys that stay: %q", keys)
	}
	for _, old := range []cluster.Lease{lease, lobby} {
		again, err := e.Acquire(t.Context(), old.Kind, old.ID, "B", time.Minute)
		if err != nil || again.Epoch <= old.Epoch {
			t.Errorf("%s again: epoch %d after %d, %v", old.Kind, again.Epoch, old.Epoch, err)
		}
	}
}

// A service that ended at once, with nobody left to ask for what has expired, leaves nothing for good.
func TestCodesAndSeatsEndByThemselves(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	e := service(t, s).Open().(*redis.Engine)
	e.KeepFor(cluster.Retention, 200*time.Millisecond)
	codeOf(t, e, "l", "code", cluster.MinTTL)
	eventually(t, "the code is free", func() bool {
		_, err := e.LobbyByCode(t.Context(), "code")
		return errors.Is(err, cluster.ErrNotFound)
	})
	users, err := e.Seated(t.Context(), "l")
	if err != nil || len(users) > 0 {
		t.Errorf("seated: %v, %v", users, err)
	}
}
