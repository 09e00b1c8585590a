package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// keepFor is how long keys that belong to one id stay when nobody writes to them any more.
const keepFor = 24 * time.Hour

func compareLobbies(a, b cluster.Lobby) int { return cmp.Compare(a.ID, b.ID) }

// PutLobby implements [cluster.Lobbies]. The join code is in another slot, so it is taken first: a code without a lobby does no harm.
func (e *Engine) PutLobby(ctx context.Context, l cluster.Lease, lobby cluster.Lobby, members []string) error {
	lobby, err := lobby.Checked(l, members)
	if err != nil {
		return err
	}
	text, err := json.Marshal(lobby)
	if err != nil {
		return fmt.Errorf("%w: %w", cluster.ErrInvalid, err)
	}
	if lobby.Code != "" {
		taken, err := e.doInt(ctx, call{scriptCode, []string{e.codeKey(lobby.Code)}, []string{l.ID, millis(e.keepFor)}})
		if err != nil {
			return err
		}
		if taken == 0 {
			return cluster.ErrTaken
		}
	}
	s := e.shardOf(cluster.KindLobby, l.ID)
	rev, channel := s.changes()
	keys := s.leaseKeys(s.key("entries"), s.key("capacities"), rev, channel, s.keyOf("seats", l.ID))
	args := append(leaseArgs(l, string(text), decimal(lobby.Capacity), millis(e.keepFor)), members...)
	results, err := e.doAll(ctx, []call{{scriptPutLobby, keys, args}})
	if err != nil {
		return err
	}
	parts, err := e.parts(results[0], 2)
	if err != nil {
		return err
	}
	if admitted, err := parts[0].AsInt64(); err != nil || admitted == fenced {
		return cluster.ErrFenced
	}
	if text, _ := parts[1].ToString(); text != "" {
		if before, err := decodeLobby(text); err == nil && before.Code != lobby.Code {
			e.giveUpCodes(ctx, text)
		}
	}
	return nil
}

func (e *Engine) codeKey(code string) string { return e.prefix + ":code:{" + code + "}" }

// giveUpCodes frees the join codes of lobbies that were released or forgotten, or have another now, by what their entries were. If it fails, the
// codes stay taken until they expire.
func (e *Engine) giveUpCodes(ctx context.Context, entries ...string) {
	var calls []call
	for _, entry := range entries {
		if lobby, err := decodeLobby(entry); e.wrong(err) == nil && lobby.Code != "" {
			calls = append(calls, call{scriptCode, []string{e.codeKey(lobby.Code)}, []string{lobby.ID, "0"}})
		}
	}
	if len(calls) == 0 {
		return
	}
	results, err := e.doAll(ctx, calls)
	for i := 0; i < len(results) && err == nil; i++ {
		_, err = e.message(results[i])
	}
	if err != nil {
		e.log.Warn("could not free join codes", "codes", len(calls), "err", err)
	}
}

// Lobby implements [cluster.Lobbies].
func (e *Engine) Lobby(ctx context.Context, id string) (cluster.Lobby, error) {
	text, err := e.get(ctx, e.shardOf(cluster.KindLobby, id).key("entries"), id)
	if err != nil {
		return cluster.Lobby{}, err
	}
	lobby, err := decodeLobby(text)
	if err == nil && lobby.ID != id {
		lobby, err = cluster.Lobby{}, malformed("entry of another lobby")
	}
	return lobby, e.wrong(err)
}

// get reads a string, or the field of a hash; [cluster.ErrNotFound] if there is none.
func (e *Engine) get(ctx context.Context, key string, field ...string) (string, error) {
	m, err := e.do(ctx, call{scriptGet, []string{key}, field})
	if err != nil {
		return "", err
	}
	if m.IsNil() {
		return "", cluster.ErrNotFound
	}
	text, err := m.ToString()
	if err != nil {
		return "", e.wrong(malformed("%v", err))
	}
	return text, nil
}

// LobbyByCode implements [cluster.Lobbies].
func (e *Engine) LobbyByCode(ctx context.Context, code string) (cluster.Lobby, error) {
	id, err := e.get(ctx, e.codeKey(code))
	if err != nil {
		return cluster.Lobby{}, err
	}
	lobby, err := e.Lobby(ctx, id)
	if err == nil && lobby.Code != code {
		err = cluster.ErrNotFound // it had the code once
	}
	return lobby, err
}

// Lobbies implements [cluster.Lobbies].
func (e *Engine) Lobbies(ctx context.Context) ([]cluster.Lobby, error) {
	known := map[int]string{}
	for i := range shards {
		known[i] = "none"
	}
	parts, err := e.lobbyShards(ctx, known)
	if err != nil {
		return nil, err
	}
	var all []cluster.Lobby
	for _, p := range parts {
		all = append(all, p.lobbies...)
	}
	slices.SortFunc(all, compareLobbies)
	return all, nil
}

// lobbyShard is a shard of the directory at one moment.
type lobbyShard struct {
	n       int
	rev     string
	same    bool // as it was known: lobbies is empty
	lobbies []cluster.Lobby
}

// lobbyShards reads shards of the directory, given the revs that are known.
func (e *Engine) lobbyShards(ctx context.Context, known map[int]string) ([]lobbyShard, error) {
	var parts []lobbyShard
	var calls []call
	for n, rev := range known {
		s := e.shard(cluster.KindLobby, n)
		revKey, _ := s.changes()
		parts = append(parts, lobbyShard{n: n, rev: rev})
		calls = append(calls, call{scriptLobbies, []string{s.key("entries"), revKey}, []string{rev}})
	}
	results, err := e.doAll(ctx, calls)
	if err != nil {
		return nil, err
	}
	for i, result := range results {
		reply, err := e.parts(result, 2)
		if err != nil {
			return nil, err
		}
		rev, _ := reply[0].ToString()
		texts, _ := reply[1].AsStrSlice()
		parts[i].same = rev == parts[i].rev
		parts[i].rev = rev
		parts[i].lobbies = decodeAll(e, texts, decodeLobby, compareLobbies)
	}
	return parts, nil
}

// Join implements [cluster.Lobbies].
func (e *Engine) Join(ctx context.Context, lobby, user string, hold time.Duration) (cluster.Seats, error) {
	if err := errors.Join(cluster.CheckName("user", user), cluster.CheckTTL(hold)); err != nil {
		return cluster.Seats{}, err
	}
	s := e.shardOf(cluster.KindLobby, lobby)
	results, err := e.doAll(ctx, []call{{scriptJoin, []string{s.key("capacities"), s.keyOf("seats", lobby)}, []string{lobby, user, millis(hold), millis(e.keepFor)}}})
	if err != nil {
		return cluster.Seats{}, err
	}
	reply, err := e.ints(results[0], 2)
	if err != nil {
		return cluster.Seats{}, err
	}
	const hadOne, full = 0, 2
	if reply[0] < 0 {
		return cluster.Seats{}, cluster.ErrNotFound
	}
	seats := cluster.Seats{Taken: int(reply[0])}
	switch reply[1] {
	case full:
		return seats, cluster.ErrFull
	case hadOne:
		seats.Already = true
	}
	return seats, nil
}

// Leave implements [cluster.Lobbies].
func (e *Engine) Leave(ctx context.Context, lobby, user string) error {
	s := e.shardOf(cluster.KindLobby, lobby)
	_, err := e.do(ctx, call{scriptLeave, []string{s.keyOf("seats", lobby)}, []string{user}})
	return err
}

// Seated implements [cluster.Lobbies].
func (e *Engine) Seated(ctx context.Context, lobby string) ([]string, error) {
	s := e.shardOf(cluster.KindLobby, lobby)
	m, err := e.do(ctx, call{scriptSeated, []string{s.key("capacities"), s.keyOf("seats", lobby)}, []string{lobby}})
	if err != nil {
		return nil, err
	}
	if m.IsNil() {
		return nil, cluster.ErrNotFound
	}
	list, err := m.AsStrSlice()
	if err != nil {
		return nil, e.wrong(malformed("%v", err))
	}
	users := e.names(list)
	slices.Sort(users)
	return users, nil
}
