package lobby

import (
	"context"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// GamesReply answers the request "games".
type GamesReply struct {
	Games []Game `msgpack:"games"`
}

// LobbyReply answers the requests "create" and "join".
type LobbyReply struct {
	Lobby State `msgpack:"lobby"`
}

// request answers one kind of request. It reads all of the payload, and does nothing when a field is wrong.
type request func(ctx context.Context, d *Directory, m Member, payload []byte) (reply any, err error)

// reading makes a request of what answers one whose payload is a P: see [protocol.PayloadPlan].
func reading[P any](answer func(ctx context.Context, d *Directory, m Member, p P) (any, error)) request {
	return func(ctx context.Context, d *Directory, m Member, payload []byte) (any, error) {
		var p P
		if err := protocol.DecodePayload(payload, &p); err != nil {
			return nil, err
		}
		return answer(ctx, d, m, p)
	}
}

var requests = map[string]request{
	"list":     reading(requestList),
	"watch":    reading(requestWatch),
	"games":    reading(requestGames),
	"create":   reading(requestCreate),
	"join":     reading(requestJoin),
	"leave":    reading(requestLeave),
	"ready":    reading(requestReady),
	"spectate": reading(requestSpectate),
	"settings": reading(requestSettings),
	"kick":     reading(requestKick),
	"host":     reading(requestHost),
	"start":    reading(requestStart),
	"rematch":  reading(requestRematch),
}

// Request does what a member's client asked for on the channel "lobby" (docs/PROTOCOL.md, section 4.1). The payload has passed
// protocol.Check as part of its frame, or is empty. The reply is nil or something to encode. Whatever a client can cause is
// refused with a [*protocol.Error]; any other error is ctx's, and then nothing was done.
func (d *Directory) Request(ctx context.Context, m Member, name string, payload []byte) (reply any, err error) {
	return d.answer(ctx, protocol.ChannelLobby, requests[name], m, payload)
}

// answer runs a request of a channel; nil: one that the channel does not have.
func (d *Directory) answer(ctx context.Context, channel string, answer request, m Member, payload []byte) (reply any, err error) {
	if answer == nil {
		err = refuse(protocol.CodeUnknownRequest, "the channel %s has no such request", channel)
	} else {
		reply, err = answer(ctx, d, m, payload)
	}
	if err != nil {
		d.cfg.Counters.CountRefusal(err)
		return nil, err
	}
	return reply, nil
}

// The payloads of requests (docs/PROTOCOL.md, section 4.1).
type (
	none     struct{}
	watching struct {
		On bool `msgpack:"on"`
	}
	creating struct {
		Game       string         `msgpack:"game"`
		Name       *string        `msgpack:"name"`
		Private    *bool          `msgpack:"private"`
		MaxPlayers *int           `msgpack:"max_players"`
		Start      *string        `msgpack:"start"`
		Settings   match.Settings `msgpack:"settings,omitempty"`
	}
	joining struct {
		ID       string `msgpack:"id,omitempty"`
		Code     string `msgpack:"code,omitempty"`
		Spectate bool   `msgpack:"spectate,omitempty"`
	}
	readying struct {
		Ready bool `msgpack:"ready"`
	}
	spectating struct {
		Spectate bool `msgpack:"spectate"`
	}
	naming struct {
		User string `msgpack:"user"`
	}
)

func requestList(_ context.Context, d *Directory, _ Member, _ none) (any, error) {
	return d.List(), nil
}

func requestWatch(_ context.Context, d *Directory, m Member, p watching) (any, error) {
	if p.On {
		return d.Watch(m), nil
	}
	d.Unwatch(m)
	return d.List(), nil
}

func requestGames(_ context.Context, d *Directory, _ Member, _ none) (any, error) {
	return GamesReply{d.Games()}, nil
}

func requestCreate(ctx context.Context, d *Directory, m Member, p creating) (any, error) {
	state, err := d.Create(ctx, m, CreateOptions{p.Game, Options{p.Name, p.Private, p.MaxPlayers, p.Start, p.Settings}})
	return LobbyReply{state}, err
}

func requestJoin(ctx context.Context, d *Directory, m Member, p joining) (any, error) {
	o, err := p.options()
	if err != nil {
		return nil, err
	}
	state, err := d.Join(ctx, m, o)
	return LobbyReply{state}, err
}

func (p joining) options() (JoinOptions, error) {
	switch {
	case p.ID == "" && p.Code == "":
		return JoinOptions{}, refuseField("id", "an id or a code is missing")
	case p.ID != "" && p.Code != "":
		return JoinOptions{}, refuseField("code", "give an id or a code, not both")
	}
	return JoinOptions(p), nil
}

// ReadJoin reads the payload of the request "join", for those who look for the lobby elsewhere.
func ReadJoin(payload []byte) (JoinOptions, error) {
	var p joining
	if err := protocol.DecodePayload(payload, &p); err != nil {
		return JoinOptions{}, err
	}
	return p.options()
}

func requestLeave(ctx context.Context, d *Directory, m Member, _ none) (any, error) {
	return nil, d.Leave(ctx, m)
}

func requestReady(ctx context.Context, d *Directory, m Member, p readying) (any, error) {
	return nil, d.Ready(ctx, m, p.Ready)
}

func requestSpectate(ctx context.Context, d *Directory, m Member, p spectating) (any, error) {
	return nil, d.Spectate(ctx, m, p.Spectate)
}

func requestSettings(ctx context.Context, d *Directory, m Member, o Options) (any, error) {
	return nil, d.Change(ctx, m, o)
}

func requestKick(ctx context.Context, d *Directory, m Member, p naming) (any, error) {
	return nil, d.Kick(ctx, m, p.User)
}

func requestHost(ctx context.Context, d *Directory, m Member, p naming) (any, error) {
	return nil, d.HandOver(ctx, m, p.User)
}

func requestStart(ctx context.Context, d *Directory, m Member, _ none) (any, error) {
	return nil, d.Start(ctx, m)
}

func requestRematch(ctx context.Context, d *Directory, m Member, _ none) (any, error) {
	return nil, d.Rematch(ctx, m)
}
