package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// dropAtOnce is how many users of a dead owner one script takes care of.
const dropAtOnce = 100

// presenceKeys are what scripts of presence need for an owner.
func presenceKeys(s shard, owner string) []string {
	rev, channel := s.changes()
	return []string{s.key("users"), s.key("owners"), s.keyOf("index", owner), rev, channel}
}

// AnnouncePresence implements [cluster.Presences]: in every shard.
func (e *Engine) AnnouncePresence(ctx context.Context, owner string, ttl time.Duration) (fresh bool, err error) {
	if err := cluster.CheckName("owner", owner); err != nil {
		return false, err
	}
	if err := cluster.CheckTTL(ttl); err != nil {
		return false, err
	}
	var calls []call
	for _, s := range e.shardsOf(kindPresence) {
		calls = append(calls, call{scriptAnnounce, []string{s.key("owners")}, []string{owner, millis(ttl)}})
	}
	results, err := e.doAll(ctx, calls)
	if err != nil {
		return false, err
	}
	for _, result := range results {
		m, err := e.message(result)
		if err != nil {
			return false, err
		}
		if added, _ := m.AsInt64(); added == 1 {
			fresh = true
		}
	}
	return fresh, nil
}

// SetPresence implements [cluster.Presences].
func (e *Engine) SetPresence(ctx context.Context, owner, user string, sessions cluster.Sessions) error {
	if err := cluster.CheckName("user", user); err != nil {
		return err
	}
	if err := cluster.CheckName("owner", owner); err != nil {
		return err
	}
	sessions, err := sessions.Checked()
	if err != nil {
		return err
	}
	text := ""
	if len(sessions) > 0 {
		encoded, err := json.Marshal(sessions)
		if err != nil {
			return fmt.Errorf("%w: %w", cluster.ErrInvalid, err)
		}
		text = string(encoded)
	}
	s := e.shardOf(kindPresence, user)
	known, err := e.doInt(ctx, call{scriptSetPresence, presenceKeys(s, owner), []string{owner, user, text}})
	if err == nil && known == 0 {
		err = cluster.ErrNotFound
	}
	return err
}

// Presence implements [cluster.Presences].
func (e *Engine) Presence(ctx context.Context, users ...string) ([]cluster.Presence, error) {
	calls := make([]call, len(users))
	for i, user := range users {
		s := e.shardOf(kindPresence, user)
		calls[i] = call{scriptGetPresence, []string{s.key("users"), s.key("owners")}, []string{user}}
	}
	texts, err := e.lists(ctx, calls)
	if err != nil {
		return nil, err
	}
	if len(texts) != len(users) {
		return nil, e.wrong(malformed("%d presences, want %d", len(texts), len(users)))
	}
	all := make([]cluster.Presence, len(users))
	for i, user := range users {
		sum, err := decodePresence(texts[i])
		if e.wrong(err) != nil {
			e.log.Warn("a presence in the store was passed over", "bytes", len(texts[i]), "err", err)
			sum = cluster.Sessions{}
		}
		all[i] = cluster.Presence{User: user, Sessions: sum}
	}
	return all, nil
}

// WatchPresence implements [cluster.Presences].
func (e *Engine) WatchPresence(ctx context.Context) (cluster.Feed[cluster.PresenceChange], error) {
	var channels []string
	for _, s := range e.shardsOf(kindPresence) {
		_, channel := s.changes()
		channels = append(channels, channel)
	}
	l := &counted[cluster.PresenceChange]{count: e.count, decode: decodePresenceChange}
	if err := subscribe(ctx, e, l, channels); err != nil {
		return nil, err
	}
	return l.queue, nil
}

// ExpirePresence implements [cluster.Presences].
func (e *Engine) ExpirePresence(ctx context.Context) error {
	all := e.shardsOf(kindPresence)
	var calls []call
	for _, s := range all {
		calls = append(calls, call{scriptDeadOwners, []string{s.key("owners")}, nil})
	}
	results, err := e.doAll(ctx, calls)
	if err != nil {
		return err
	}
	for i, result := range results {
		owners, err := e.strings(result)
		if err != nil {
			return err
		}
		for _, owner := range e.names(owners) {
			if err := e.dropOwner(ctx, all[i], owner); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropOwner drops the sessions of a dead owner in one shard, some at a time, so that the store is not held up.
func (e *Engine) dropOwner(ctx context.Context, s shard, owner string) error {
	for {
		more, err := e.doInt(ctx, call{scriptDropOwner, presenceKeys(s, owner), []string{owner, decimal(dropAtOnce)}})
		if err != nil || more == 0 {
			return err
		}
	}
}
