package client

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
)

// Lobby is the lobby side of a client: every request of channel "lobby", typed. Errors are those of [Client.Call].
type Lobby struct {
	c *Client
}

// Lobby returns the client's lobby calls.
func (c *Client) Lobby() Lobby { return Lobby{c} }

// State is the newest known state of the lobby this client is in, or nil. It must not be changed.
func (l Lobby) State() *State {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	return l.c.lobby
}

// Await waits until the lobby state satisfies ok and returns it; ok is given nil while the client is in no lobby.
func (l Lobby) Await(ctx context.Context, ok func(*State) bool) (*State, error) {
	var s *State
	err := l.c.await(ctx, func() bool {
		s = l.c.lobby
		return ok(s)
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// List returns the public lobbies.
func (l Lobby) List(ctx context.Context) ([]Summary, error) { return l.lobbies(ctx, "list", nil) }

// Watch starts or stops Handlers.Lobbies being told of changes, and returns the list as it is.
func (l Lobby) Watch(ctx context.Context, on bool) ([]Summary, error) {
	return l.lobbies(ctx, "watch", map[string]bool{"on": on})
}

func (l Lobby) lobbies(ctx context.Context, name string, payload any) ([]Summary, error) {
	var reply struct {
		Lobbies []Summary `msgpack:"lobbies"`
	}
	if err := l.c.Call(ctx, protocol.ChannelLobby, name, payload, &reply); err != nil {
		return nil, err
	}
	return reply.Lobbies, nil
}

// Games returns the games the server offers.
func (l Lobby) Games(ctx context.Context) ([]Game, error) {
	var reply struct {
		Games []Game `msgpack:"games"`
	}
	if err := l.c.Call(ctx, protocol.ChannelLobby, "games", nil, &reply); err != nil {
		return nil, err
	}
	return reply.Games, nil
}

// Create makes a lobby with this client as its host.
func (l Lobby) Create(ctx context.Context, lobby NewLobby) (*State, error) {
	return l.enter(ctx, "create", lobby)
}

type joining struct {
	ID       string `msgpack:"id,omitempty"`
	Code     string `msgpack:"code,omitempty"`
	Spectate bool   `msgpack:"spectate,omitempty"`
}

// Join enters a lobby by its id. A running match is joined at once.
func (l Lobby) Join(ctx context.Context, id string, spectate bool) (*State, error) {
	return l.enter(ctx, "join", joining{ID: id, Spectate: spectate})
}

// JoinCode is [Lobby.Join] by the code its members were shown, in either case; private lobbies are joined by it alone.
func (l Lobby) JoinCode(ctx context.Context, code string, spectate bool) (*State, error) {
	return l.enter(ctx, "join", joining{Code: code, Spectate: spectate})
}

type lobbyReply struct {
	Lobby State `msgpack:"lobby"`
}

// enter makes a request that answers with the lobby one is in from then on.
func (l Lobby) enter(ctx context.Context, name string, payload any) (*State, error) {
	var reply lobbyReply
	err := l.c.call(ctx, protocol.ChannelLobby, name, payload, &reply, func(raw protocol.Raw) {
		// Noted by the reader, so that a state event that follows the reply is not overwritten by it. A payload that does not
		// decode is the caller's error, below.
		var in lobbyReply
		if protocol.Decode(raw, &in) == nil {
			l.c.inLobby(&in.Lobby)
		}
	})
	if err != nil {
		return nil, err
	}
	return &reply.Lobby, nil
}

// Leave leaves the lobby, and with it the match.
func (l Lobby) Leave(ctx context.Context) error {
	return l.c.call(ctx, protocol.ChannelLobby, "leave", nil, nil, func(protocol.Raw) { l.c.inLobby(nil) })
}

// Ready says whether this player is ready to start.
func (l Lobby) Ready(ctx context.Context, ready bool) error {
	return l.order(ctx, "ready", map[string]bool{"ready": ready})
}

// Spectate makes this player a spectator, or this spectator a player, if there is a place; in a running match, too.
func (l Lobby) Spectate(ctx context.Context, spectate bool) error {
	return l.order(ctx, "spectate", map[string]bool{"spectate": spectate})
}

// Settings changes the lobby. For hosts.
func (l Lobby) Settings(ctx context.Context, change LobbyChange) error {
	return l.order(ctx, "settings", change)
}

// Kick removes a member. For hosts.
func (l Lobby) Kick(ctx context.Context, user string) error {
	return l.order(ctx, "kick", map[string]string{"user": user})
}

// Host hands the lobby over to another member. For hosts.
func (l Lobby) Host(ctx context.Context, user string) error {
	return l.order(ctx, "host", map[string]string{"user": user})
}

// Start starts the match. For hosts.
func (l Lobby) Start(ctx context.Context) error { return l.order(ctx, "start", nil) }

// Rematch asks for another match after one; it starts when every player has asked who is not away.
func (l Lobby) Rematch(ctx context.Context) error { return l.order(ctx, "rematch", nil) }

func (l Lobby) order(ctx context.Context, name string, payload any) error {
	return l.c.Call(ctx, protocol.ChannelLobby, name, payload, nil)
}
