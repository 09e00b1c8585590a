package shared

import (
	"context"
	"time"

	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
)

// This file is what this node answers about the lobbies that it has.

// answer has the mesh lead here.
func (d *Directory) answer() {
	mesh := d.cfg.Mesh
	mesh.Handle(callJoin, handle(d, d.serveJoin))
	mesh.Handle(callRequest, handle(d, d.serveRequest))
	mesh.Handle(callLeave, handle(d, d.serveLeave))
	mesh.Handle(callAttach, handle(d, d.serveAttach))
	mesh.Handle(callHas, handle(d, d.serveHas))
	mesh.Handle(callOversee, handle(d, d.serveOversee))
	mesh.Handle(callTake, handle(d, d.serveTake))
	on(d, castEmit, d.deliver)
	on(d, castSeat, func(_ string, s *seating) { d.seated(s) })
	on(d, castOut, func(_ string, p *parting) { d.parted(p) })
	on(d, castMoved, func(_ string, m *moving) { d.learn(m.Lobby, m.Node, m.Epoch) })
	on(d, castAway, d.serveAway)
	on(d, castStray, d.serveStray)
	mesh.OnLost(d.lost)
	mesh.OnConnect(d.heardFrom)
}

// handle makes a handler of what answers a message of one type.
func handle[T any](d *Directory, f func(ctx context.Context, from string, ask *T) ([]byte, error)) peer.Handler {
	return func(ctx context.Context, from string, payload []byte) ([]byte, error) {
		ask, err := decoded[T](payload)
		if err != nil {
			d.cfg.Counters.drop(DropMalformed)
			return nil, err
		}
		return f(ctx, from, &ask)
	}
}

// on has casts of one type taken.
func on[T any](d *Directory, method string, f func(from string, told *T)) {
	d.cfg.Mesh.On(method, func(from string, payload []byte) {
		told, err := decoded[T](payload)
		if err != nil {
			d.cfg.Counters.drop(DropMalformed)
			return
		}
		f(from, &told)
	})
}

func (d *Directory) serveJoin(ctx context.Context, from string, ask *joining) ([]byte, error) {
	o, err := d.serving(ask.Lobby, ask.Epoch)
	if err != nil {
		return nil, err
	}
	if !o.valid() {
		return nil, errUnavailable // another node may have it
	}
	at := door{from, ask.Ref}
	p := o.byDoor(at)
	var state lobby.State
	switch {
	case p != nil: // asked again
		state, err = d.local.State(ctx, p)
	case !o.beginJoin(at):
		return nil, errMoved // asked again, while the lobby is busy
	default:
		p = &proxy{d: d, user: ask.User, name: ask.Name, lobby: o.id, epoch: o.epoch, at: at}
		state, err = d.local.Join(ctx, p, lobby.JoinOptions{ID: ask.ID, Code: ask.Code, Spectate: ask.Spectate})
		o.endJoin(at)
	}
	if err != nil && o.gone() {
		return nil, errMoved
	}
	if err != nil {
		return nil, err
	}
	role := lobby.RolePlayer
	if ask.Spectate {
		role = lobby.RoleSpectator
	}
	return encode(&joined{Epoch: o.epoch, Role: role, Said: state.Said, Reply: encode(&lobby.LobbyReply{Lobby: state})}), nil
}

func (d *Directory) serveRequest(ctx context.Context, from string, ask *asking) ([]byte, error) {
	o, err := d.serving(ask.Lobby, ask.Epoch)
	if err != nil {
		return nil, err
	}
	p := o.byDoor(door{from, ask.Ref})
	if p == nil {
		return nil, errUnattached
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(ask.Wait)*time.Millisecond)
	defer cancel()
	answer := d.local.Request
	if ask.Channel == protocol.ChannelChat {
		answer = d.local.ChatRequest
	}
	if !o.valid() {
		return nil, errUnavailable // another node may have it, and what were done here would be undone
	}
	reply, err := answer(ctx, p, ask.Name, ask.Payload)
	switch {
	case isRefusal(err, protocol.CodeNotFound) && o.gone():
		return nil, errMoved // and nothing was done
	case err != nil || reply == nil:
		return nil, err
	}
	return encode(reply), nil
}

func (d *Directory) serveLeave(_ context.Context, from string, ask *leaving) ([]byte, error) {
	o, err := d.serving(ask.Lobby, 0)
	if err != nil {
		return nil, err
	}
	if p := o.byDoor(door{from, ask.Ref}); p != nil {
		d.local.Forget(p, why(ask.Why))
		if o.gone() {
			return nil, errMoved
		}
	}
	return nil, nil
}

// why is a departure as a node says it, which may be of another version.
func why(d lobby.Departure) lobby.Departure {
	if int(d) >= len(lobby.Departures()) {
		return lobby.Expired
	}
	return d
}

// serveStray takes out a member whose node does not know it.
func (d *Directory) serveStray(from string, told *leaving) {
	o := d.ownedLobby(told.Lobby)
	if o == nil {
		return
	}
	at := door{from, told.Ref}
	o.do(func() {
		if p := o.byDoor(at); p != nil {
			d.local.Forget(p, why(told.Why))
		}
	})
}

func (d *Directory) serveAway(from string, told *straying) {
	o := d.ownedLobby(told.Lobby)
	if o == nil {
		return
	}
	if p := o.byDoor(door{from, told.Ref}); p != nil {
		p.setAway(told.Away, told.Seq)
		o.wake()
	}
}

func (d *Directory) serveHas(_ context.Context, _ string, ask *having) ([]byte, error) {
	o, err := d.serving(ask.Lobby, 0)
	if err != nil {
		return nil, err
	}
	if o.byUser(ask.User) == nil {
		return nil, errNoLobby
	}
	return nil, nil
}

func (d *Directory) serveOversee(ctx context.Context, _ string, ask *overseeing) ([]byte, error) {
	o, err := d.serving(ask.Lobby, 0)
	if err != nil {
		return nil, err
	}
	if ask.Verb == verbStop {
		err = d.local.StopMatch(ctx, ask.Lobby)
	} else {
		err = d.local.Close(ctx, ask.Lobby)
	}
	if err != nil && o.gone() {
		return nil, errMoved
	}
	return nil, err
}

// serveAttach takes in which members a node has, and brings them up to date.
func (d *Directory) serveAttach(ctx context.Context, from string, ask *attaching) ([]byte, error) {
	o, err := d.serving(ask.Lobby, ask.Epoch)
	if err != nil {
		return nil, err
	}
	if !ask.Take {
		d.missing(o, from, ask)
	}
	answer := attached{Epoch: o.epoch, Members: make([]attachedMember, 0, len(ask.Guests))}
	for i := range ask.Guests {
		m, err := d.attachOne(ctx, o, from, ask, &ask.Guests[i])
		if o.gone() {
			return nil, errMoved
		}
		if err != nil {
			return nil, err
		}
		answer.Members = append(answer.Members, m)
	}
	answer.Sure = o.valid()
	return encode(&answer), nil
}

// missing takes out members of a node who are not among those it has.
func (d *Directory) missing(o *owned, from string, ask *attaching) {
	there := make(map[ref]bool, len(ask.Guests))
	for _, g := range ask.Guests {
		there[g.Ref] = true
	}
	for _, p := range o.members() {
		if at, _ := p.door(); at.node == from && at.ref <= ask.Upto && !there[at.ref] {
			d.local.Forget(p, lobby.Expired)
		}
	}
}

// attachOne says whether a node's member is in, having told it what it missed.
func (d *Directory) attachOne(ctx context.Context, o *owned, from string, ask *attaching, g *attachment) (attachedMember, error) {
	at := door{from, g.Ref}
	out := attachedMember{Ref: g.Ref, Why: lobby.Kicked.String()}
	p := o.byUser(g.User)
	if p == nil {
		if ask.Take || !time.Now().Before(o.gather) || g.User == "" {
			return out, nil
		}
		// In this lobby when its last owner died, which had not told the store yet.
		p = &proxy{d: d, user: g.User, name: g.Name, lobby: o.id, epoch: o.epoch, at: at}
		if _, err := d.local.Join(ctx, p, lobby.JoinOptions{Code: o.joinCode(), Spectate: g.Role == lobby.RoleSpectator}); err != nil {
			return out, ctx.Err()
		}
		d.cfg.Counters.Readmitted.Add(1)
	}
	has, lost := p.door()
	same := has == at && lost.IsZero()
	if takes := (ask.Take || g.Take) && p.yields(g.Only); !same && lost.IsZero() && !takes {
		out.Why = "" // another session of the user is in
		return out, nil
	}
	in := attachedMember{Ref: g.Ref, In: true}
	if p.hear(g, has == at) || !same || ask.Fresh || g.Said == saidUnknown {
		said, err := d.local.Attach(ctx, p, g.Away, g.Said, func() { o.rebind(p, at, g.Name) })
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case err != nil:
			return out, nil // has just left
		}
		in.Said = said
		if state, err := d.local.State(ctx, p); err == nil {
			in.Role = state.RoleOf(p.user)
		}
	}
	o.wake()
	in.Seat = p.seatNow()
	return in, nil
}

func (o *owned) joinCode() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.code
}
