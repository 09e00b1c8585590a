package cluster

import (
	"context"
	"time"
)

// Metered is an engine whose calls are counted: how long they took, and what came of them. It is as safe to use as the engine is.
func Metered(e Engine, c *Counters) Engine { return &metered{engine: e, counters: c} }

type metered struct {
	engine   Engine
	counters *Counters
}

// one makes a call and counts it.
func one(m *metered, call Call, do func() error) error {
	_, err := with(m, call, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// with makes a call that returns a value, and counts it.
func with[T any](m *metered, call Call, do func() (T, error)) (T, error) {
	c := &m.counters.Calls[call]
	asked := time.Now()
	v, err := do()
	c.Latency.Observe(time.Since(asked))
	c.Outcomes[OutcomeOf(err)].Add(1)
	return v, err
}

func (m *metered) Close() { m.engine.Close() }

func (m *metered) Renew(ctx context.Context, leases ...Lease) []Renewal {
	c := &m.counters.Calls[CallRenew]
	asked := time.Now()
	renewals := m.engine.Renew(ctx, leases...)
	c.Latency.Observe(time.Since(asked))
	for _, r := range renewals {
		c.Outcomes[OutcomeOf(r.Err)].Add(1)
	}
	return renewals
}

func (m *metered) Save(ctx context.Context, saves ...Save) []error {
	c := &m.counters.Calls[CallSave]
	asked := time.Now()
	errs := m.engine.Save(ctx, saves...)
	c.Latency.Observe(time.Since(asked))
	for _, err := range errs {
		c.Outcomes[OutcomeOf(err)].Add(1)
	}
	return errs
}

func (m *metered) Acquire(ctx context.Context, kind Kind, id, owner string, ttl time.Duration) (Lease, error) {
	return with(m, CallAcquire, func() (Lease, error) { return m.engine.Acquire(ctx, kind, id, owner, ttl) })
}

func (m *metered) Transfer(ctx context.Context, lease Lease, owner string) (Lease, error) {
	return with(m, CallTransfer, func() (Lease, error) { return m.engine.Transfer(ctx, lease, owner) })
}

func (m *metered) Release(ctx context.Context, lease Lease) error {
	return one(m, CallRelease, func() error { return m.engine.Release(ctx, lease) })
}

func (m *metered) Expired(ctx context.Context, kind Kind) ([]Lease, error) {
	return with(m, CallExpired, func() ([]Lease, error) { return m.engine.Expired(ctx, kind) })
}

func (m *metered) PutNode(ctx context.Context, lease Lease, node Node) error {
	return one(m, CallPutNode, func() error { return m.engine.PutNode(ctx, lease, node) })
}

func (m *metered) Nodes(ctx context.Context) ([]Node, error) {
	return with(m, CallNodes, func() ([]Node, error) { return m.engine.Nodes(ctx) })
}

func (m *metered) PutLobby(ctx context.Context, lease Lease, lobby Lobby, members []string) error {
	return one(m, CallPutLobby, func() error { return m.engine.PutLobby(ctx, lease, lobby, members) })
}

func (m *metered) Lobby(ctx context.Context, id string) (Lobby, error) {
	return with(m, CallLobby, func() (Lobby, error) { return m.engine.Lobby(ctx, id) })
}

func (m *metered) LobbyByCode(ctx context.Context, code string) (Lobby, error) {
	return with(m, CallLobbyByCode, func() (Lobby, error) { return m.engine.LobbyByCode(ctx, code) })
}

func (m *metered) Lobbies(ctx context.Context) ([]Lobby, error) {
	return with(m, CallLobbies, func() ([]Lobby, error) { return m.engine.Lobbies(ctx) })
}

func (m *metered) WatchLobbies(ctx context.Context) (Feed[LobbyChanges], error) {
	return with(m, CallWatchLobbies, func() (Feed[LobbyChanges], error) { return m.engine.WatchLobbies(ctx) })
}

func (m *metered) Join(ctx context.Context, lobby, user string, hold time.Duration) (Seats, error) {
	return with(m, CallJoin, func() (Seats, error) { return m.engine.Join(ctx, lobby, user, hold) })
}

func (m *metered) Leave(ctx context.Context, lobby, user string) error {
	return one(m, CallLeave, func() error { return m.engine.Leave(ctx, lobby, user) })
}

func (m *metered) Seated(ctx context.Context, lobby string) ([]string, error) {
	return with(m, CallSeated, func() ([]string, error) { return m.engine.Seated(ctx, lobby) })
}

func (m *metered) PutMatch(ctx context.Context, lease Lease, match Match) error {
	return one(m, CallPutMatch, func() error { return m.engine.PutMatch(ctx, lease, match) })
}

func (m *metered) Match(ctx context.Context, id string) (Match, error) {
	return with(m, CallMatch, func() (Match, error) { return m.engine.Match(ctx, id) })
}

func (m *metered) Matches(ctx context.Context) ([]Match, error) {
	return with(m, CallMatches, func() ([]Match, error) { return m.engine.Matches(ctx) })
}

func (m *metered) Saved(ctx context.Context, match string) (Saved, error) {
	return with(m, CallSaved, func() (Saved, error) { return m.engine.Saved(ctx, match) })
}

func (m *metered) AnnouncePresence(ctx context.Context, owner string, ttl time.Duration) (bool, error) {
	return with(m, CallAnnouncePresence, func() (bool, error) { return m.engine.AnnouncePresence(ctx, owner, ttl) })
}

func (m *metered) SetPresence(ctx context.Context, owner, user string, sessions Sessions) error {
	return one(m, CallSetPresence, func() error { return m.engine.SetPresence(ctx, owner, user, sessions) })
}

func (m *metered) Presence(ctx context.Context, users ...string) ([]Presence, error) {
	return with(m, CallPresence, func() ([]Presence, error) { return m.engine.Presence(ctx, users...) })
}

func (m *metered) WatchPresence(ctx context.Context) (Feed[PresenceChange], error) {
	return with(m, CallWatchPresence, func() (Feed[PresenceChange], error) { return m.engine.WatchPresence(ctx) })
}

func (m *metered) ExpirePresence(ctx context.Context) error {
	return one(m, CallExpirePresence, func() error { return m.engine.ExpirePresence(ctx) })
}

func (m *metered) Publish(ctx context.Context, topic string, payload []byte) error {
	return one(m, CallPublish, func() error { return m.engine.Publish(ctx, topic, payload) })
}

func (m *metered) Subscribe(ctx context.Context, topic string) (Feed[Message], error) {
	return with(m, CallSubscribe, func() (Feed[Message], error) { return m.engine.Subscribe(ctx, topic) })
}
