package lobby

import (
	"context"
	"errors"

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

// request answers one kind of request. It reads all fields, and does nothing when one is wrong.
type request func(ctx context.Context, d *Directory, m Member, f *fields) (reply any, err error)

var requests = map[string]request{
	"list":     requestList,
	"watch":    requestWatch,
	"games":    requestGames,
	"create":   requestCreate,
	"join":     requestJoin,
	"leave":    requestLeave,
	"ready":    requestReady,
	"settings": requestSettings,
	"kick":     requestKick,
	"host":     requestHost,
	"start":    requestStart,
	"rematch":  requestRematch,
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
	} else if f := readFields(payload); f.err != nil {
		err = f.err
	} else {
		reply, err = answer(ctx, d, m, f)
	}
	var refused *protocol.Error
	if errors.As(err, &refused) {
		d.cfg.Counters.refused(refused.Code)
	}
	if err != nil {
		return nil, err
	}
	return reply, nil
}

func requestList(_ context.Context, d *Directory, _ Member, _ *fields) (any, error) {
	return d.List(), nil
}

func requestWatch(_ context.Context, d *Directory, m Member, f *fields) (any, error) {
	on := need(f, "on", f.flag("on"))
	if f.err != nil {
		return nil, f.err
	}
	if on {
		return d.Watch(m), nil
	}
	d.Unwatch(m)
	return d.List(), nil
}

func requestGames(_ context.Context, d *Directory, _ Member, _ *fields) (any, error) {
	return GamesReply{d.Games()}, nil
}

func requestCreate(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	o := CreateOptions{Game: need(f, "game", f.text("game")), Options: readOptions(f)}
	if f.err != nil {
		return nil, f.err
	}
	state, err := d.Create(ctx, m, o)
	return LobbyReply{state}, err
}

func requestJoin(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	o := JoinOptions{ID: or(f.text("id"), ""), Code: or(f.text("code"), ""), Spectate: or(f.flag("spectate"), false)}
	switch {
	case f.err != nil:
		return nil, f.err
	case o.ID == "" && o.Code == "":
		return nil, refuseField("id", "an id or a code is missing")
	case o.ID != "" && o.Code != "":
		return nil, refuseField("code", "give an id or a code, not both")
	}
	state, err := d.Join(ctx, m, o)
	return LobbyReply{state}, err
}

func requestLeave(ctx context.Context, d *Directory, m Member, _ *fields) (any, error) {
	return nil, d.Leave(ctx, m)
}

func requestReady(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	ready := need(f, "ready", f.flag("ready"))
	if f.err != nil {
		return nil, f.err
	}
	return nil, d.Ready(ctx, m, ready)
}

func requestSettings(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	o := readOptions(f)
	if f.err != nil {
		return nil, f.err
	}
	return nil, d.Change(ctx, m, o)
}

func requestKick(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	user := need(f, "user", f.text("user"))
	if f.err != nil {
		return nil, f.err
	}
	return nil, d.Kick(ctx, m, user)
}

func requestHost(ctx context.Context, d *Directory, m Member, f *fields) (any, error) {
	user := need(f, "user", f.text("user"))
	if f.err != nil {
		return nil, f.err
	}
	return nil, d.HandOver(ctx, m, user)
}

func requestStart(ctx context.Context, d *Directory, m Member, _ *fields) (any, error) {
	return nil, d.Start(ctx, m)
}

func requestRematch(ctx context.Context, d *Directory, m Member, _ *fields) (any, error) {
	return nil, d.Rematch(ctx, m)
}

func readOptions(f *fields) Options {
	return Options{
		Name: f.text("name"), Private: f.flag("private"), MaxPlayers: f.number("max_players"), Start: f.text("start"),
		Settings: f.settings("settings"),
	}
}
