package redis_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/redis"
)

// raw is a connection to a server that may do anything.
func raw(t *testing.T, s *server) func(command ...string) *rueidis.RedisMessage {
	t.Helper()
	client, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{fmt.Sprintf("127.0.0.1:%d", s.port)}, DisableCache: true})
	must(t, err)
	t.Cleanup(client.Close)
	return func(command ...string) *rueidis.RedisMessage {
		t.Helper()
		m, err := client.Do(t.Context(), client.B().Arbitrary(command...).Build()).ToMessage()
		if err != nil && !rueidis.IsRedisNil(err) {
			t.Fatalf("%q: %v", command, err)
		}
		return &m
	}
}

// everyCall makes all calls there are, with leases that may be had or not, and returns their errors.
func everyCall(t *testing.T, e *redis.Engine, match, lobby cluster.Lease) []error {
	ctx := t.Context()
	_, acquire := e.Acquire(ctx, cluster.KindMatch, "m", "A", time.Minute)
	_, again := e.Acquire(ctx, cluster.KindLobby, "another", "B", time.Minute)
	_, expired := e.Expired(ctx, cluster.KindMatch)
	_, expiredLobbies := e.Expired(ctx, cluster.KindLobby)
	_, nodes := e.Nodes(ctx)
	_, one := e.Match(ctx, "m")
	_, matches := e.Matches(ctx)
	_, saved := e.Saved(ctx, "m")
	_, lob := e.Lobby(ctx, "l")
	_, code := e.LobbyByCode(ctx, "code")
	_, lobbies := e.Lobbies(ctx)
	_, join := e.Join(ctx, "l", "eve", time.Minute)
	_, seated := e.Seated(ctx, "l")
	_, announce := e.AnnouncePresence(ctx, "B", time.Minute)
	_, presence := e.Presence(ctx, "ada", "bob")
	save := cluster.Save{Lease: match, Checkpoint: &cluster.Checkpoint{Tick: 3}, Inputs: []cluster.Inputs{{From: 4, To: 4, Data: []byte("x")}}}
	errs := []error{acquire, again, expired, expiredLobbies, nodes, one, matches, saved, lob, code, lobbies, join, seated, announce, presence,
		e.PutMatch(ctx, match, cluster.Match{}), e.PutLobby(ctx, lobby, cluster.Lobby{Code: "code", Capacity: 2}, []string{"ada"}),
		e.Leave(ctx, "l", "eve"), e.SetPresence(ctx, "B", "ada", cluster.Sessions{"online": 1}), e.ExpirePresence(ctx), e.Publish(ctx, "topic", nil),
		e.Release(ctx, lobby)}
	errs = append(errs, e.Save(ctx, save, cluster.Save{Lease: match, Inputs: save.Inputs})...) // these replace those
	for _, r := range e.Renew(ctx, match, lobby) {
		errs = append(errs, r.Err)
	}
	_, moved := e.Transfer(ctx, match, "B")
	return append(errs, moved)
}

// fill puts one of everything.
func fill(t *testing.T, e *redis.Engine) (match, lobby cluster.Lease) {
	t.Helper()
	ctx := t.Context()
	match, err := e.Acquire(ctx, cluster.KindMatch, "m", "A", time.Minute)
	must(t, err)
	must(t, e.PutMatch(ctx, match, cluster.Match{Node: "a"}))
	must(t, e.Save(ctx, cluster.Save{Lease: match, Checkpoint: &cluster.Checkpoint{Tick: 1}, Inputs: []cluster.Inputs{{From: 2, To: 2, Data: []byte("x")}}})[0])
	lobby, err = e.Acquire(ctx, cluster.KindLobby, "l", "A", time.Minute)
	must(t, err)
	must(t, e.PutLobby(ctx, lobby, cluster.Lobby{Code: "code", Capacity: 4}, []string{"ada"}))
	node, err := e.Acquire(ctx, cluster.KindNode, "a", "A", time.Minute)
	must(t, err)
	must(t, e.PutNode(ctx, node, cluster.Node{Address: "ws://a"}))
	_, err = e.AnnouncePresence(ctx, "A", time.Minute)
	must(t, err)
	must(t, e.SetPresence(ctx, "A", "ada", cluster.Sessions{"online": 1}))
	must(t, e.Publish(ctx, "topic", []byte("x")))
	return match, lobby
}

// Whatever somebody else writes into values, or in their place: calls return with errors of package cluster, and all is well when it is gone.
func TestForeignBytesInTheStoreHurtNobody(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	var counters cluster.Counters
	e := open(t, s, redis.Config{Counters: &counters, CatchUp: 50 * time.Millisecond, Timeout: 5 * time.Second})
	do := raw(t, s)
	lobbies, err := e.WatchLobbies(t.Context())
	must(t, err)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for {
			if _, err := lobbies.Next(t.Context()); err != nil {
				return
			}
		}
	}()
	random := rand.New(rand.NewPCG(1, 2))
	junk := func() string {
		return []string{"", "x", "-1", "nan", "inf", "1e999", "99999999999999999999", "99999999999 1000 A", "{", "[[1]]", "{\"a\":{\"b\":[]}}", "null", "\x00\xff\xfe",
			strings.Repeat("[", 2000), strings.Repeat("9", 400), strings.Repeat("\xff", 100_000)}[random.IntN(16)]
	}
	for range 25 {
		do("FLUSHALL")
		match, lobby := fill(t, e)
		keys, err := do("KEYS", "*").AsStrSlice()
		must(t, err)
		for _, key := range keys {
			switch kind, _ := do("TYPE", key).ToString(); {
			case random.IntN(12) == 0: // something else is there
				do("DEL", key)
				do([][]string{{"SET", key, junk()}, {"RPUSH", key, junk()}, {"SADD", key, junk()}}[random.IntN(3)]...)
			case kind == "string":
				do("SET", key, junk())
			case kind == "hash":
				fields, err := do("HKEYS", key).AsStrSlice()
				must(t, err)
				for _, field := range append(fields, junk()) {
					do("HSET", key, field, junk())
				}
			case kind == "list":
				do("RPUSH", key, junk())
				do("LPUSH", key, junk())
			case kind == "zset":
				do("ZADD", key, []string{"-inf", "inf", "0", "1e300"}[random.IntN(4)], junk())
			case kind == "set":
				do("SADD", key, junk())
			}
		}
		for _, err := range everyCall(t, e, match, lobby) {
			switch cluster.OutcomeOf(err) {
			case cluster.OutcomeUnavailable, cluster.OutcomeClosed, cluster.OutcomeFailed:
				t.Errorf("what is in the store became %v", err)
			}
		}
		for _, channel := range []string{"{deltatick:lobby:0}:changes", "{deltatick:presence:0}:changes", "{deltatick:topic:topic}:messages"} {
			do("SPUBLISH", channel, junk())
			do("SPUBLISH", channel, "7 + "+junk())
		}
	}
	if counters.Malformed.Load() == 0 {
		t.Error("nothing was counted as malformed")
	}
	do("FLUSHALL")
	match, lobby := fill(t, e)
	for i, err := range everyCall(t, e, match, lobby) {
		if err != nil && !errors.Is(err, cluster.ErrFenced) && !errors.Is(err, cluster.ErrHeld) {
			t.Errorf("call %d after all is well again: %v", i, err)
		}
	}
	lobbies.Close()
	<-drained
}

// One entry that nobody can read hides no others, neither from lists nor from watches.
func TestOneForeignEntryHidesNoOthers(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	var counters cluster.Counters
	e := open(t, s, redis.Config{Counters: &counters, CatchUp: 50 * time.Millisecond})
	do := raw(t, s)
	fill(t, e)
	for i := range 16 {
		for _, kind := range []string{"node", "match", "lobby"} {
			do("HSET", fmt.Sprintf("{deltatick:%s:%d}:entries", kind, i), "foreign", `{"id":7}`)
		}
	}
	do("ZADD", "{deltatick:node:0}:ends", "+inf", "foreign")
	nodes, err := e.Nodes(t.Context())
	must(t, err)
	matches, err := e.Matches(t.Context())
	must(t, err)
	all, err := e.Lobbies(t.Context())
	must(t, err)
	if len(nodes) != 1 || len(matches) != 1 || len(all) != 1 {
		t.Errorf("%d nodes, %d matches, %d lobbies, want one of each", len(nodes), len(matches), len(all))
	}
	if n := counters.Malformed.Load(); n != 1+16+16 {
		t.Errorf("%d were counted, want 33", n)
	}
	if _, err := e.Match(t.Context(), "foreign"); !errors.Is(err, cluster.ErrMalformed) {
		t.Errorf("the entry itself: %v, want %v", err, cluster.ErrMalformed)
	}
	lobbies, err := e.WatchLobbies(t.Context())
	must(t, err)
	changes, err := lobbies.Next(t.Context())
	if err != nil || len(changes.Put) != 1 || changes.Put[0].ID != "l" {
		t.Errorf("a watch begins with %+v, %v", changes, err)
	}
}
