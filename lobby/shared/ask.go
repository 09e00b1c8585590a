package shared

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
)

// This file is what members of this node ask for.

// Request is [lobby.Directory.Request]. What goes to the node that has the lobby and is not answered is refused with "unavailable": it may
// have been done or not.
func (d *Directory) Request(ctx context.Context, m lobby.Member, name string, payload []byte) (reply any, err error) {
	switch name {
	case "list":
		return d.List(), nil
	case "watch":
		return d.requestWatch(m, payload)
	case "create":
		return d.create(ctx, m, payload)
	case "join":
		o, err := lobby.ReadJoin(payload)
		if err != nil {
			return nil, d.refused(err)
		}
		reply, err := d.Join(ctx, m, o)
		if err != nil {
			return nil, d.refused(err)
		}
		return reply, nil
	}
	reply, err = d.forward(ctx, m, protocol.ChannelLobby, name, payload)
	if name == "leave" && err == nil {
		g := d.guestOf(m)
		g.mu.Lock()
		stay := g.ref
		g.mu.Unlock()
		d.leave(g, stay)
	}
	return reply, err
}

// ChatRequest is [lobby.Directory.ChatRequest].
func (d *Directory) ChatRequest(ctx context.Context, m lobby.Member, name string, payload []byte) (reply any, err error) {
	return d.forward(ctx, m, protocol.ChannelChat, name, payload)
}

// refused counts a refusal as the node's own lobbies do.
func (d *Directory) refused(err error) error {
	d.cfg.Lobby.Counters.CountRefusal(err)
	return err
}

func (d *Directory) requestWatch(m lobby.Member, payload []byte) (any, error) {
	var p struct {
		On bool `msgpack:"on"`
	}
	if err := protocol.DecodePayload(payload, &p); err != nil {
		return nil, d.refused(err)
	}
	if p.On {
		return d.Watch(m), nil
	}
	d.Unwatch(m)
	return d.List(), nil
}

// create opens a lobby on this node.
func (d *Directory) create(ctx context.Context, m lobby.Member, payload []byte) (any, error) {
	if d.draining.Load() {
		return nil, d.refused(errDraining)
	}
	g, err := d.enter(m)
	if err != nil {
		return nil, d.refused(err)
	}
	stay := g.stay()
	claiming, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	if err = d.claimUser(claiming, g, stay); err == nil {
		err = d.elsewhere(ctx, m.User(), "")
	}
	if err != nil {
		d.leave(g, stay)
		return nil, d.refused(err)
	}
	p := &proxy{d: d, user: m.User(), name: m.Name(), at: door{d.cfg.Node, stay}}
	reply, err := d.local.Request(ctx, p, "create", payload)
	if err != nil {
		d.leave(g, stay)
		return nil, err
	}
	state := reply.(lobby.LobbyReply).Lobby
	g.mu.Lock()
	if g.ref == stay && g.lobby == "" && g.was != state.ID {
		g.lobby = state.ID
	}
	g.mu.Unlock()
	d.settle(g, stay, state.ID, d.cfg.Node, lobby.RolePlayer, p.ownerEpoch(), state.Said)
	return reply, nil
}

func (g *guest) stay() ref {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ref
}

func (p *proxy) ownerEpoch() uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.epoch
}

// Join lets the member into a lobby of any node. The reply is an encoded [lobby.LobbyReply].
func (d *Directory) Join(ctx context.Context, m lobby.Member, o lobby.JoinOptions) (protocol.Raw, error) {
	g, err := d.enter(m)
	if err != nil {
		return nil, err
	}
	stay := g.stay()
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	reply, err := d.join(ctx, g, stay, o)
	if err != nil {
		d.leave(g, stay)
	}
	if err != nil && ctx.Err() != nil {
		return nil, errUnavailable
	}
	return reply, err
}

func (d *Directory) join(ctx context.Context, g *guest, stay ref, o lobby.JoinOptions) (protocol.Raw, error) {
	id, node, epoch, err := d.find(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := d.claimUser(ctx, g, stay); err != nil {
		return nil, err
	}
	if err := d.elsewhere(ctx, g.user, id); err != nil {
		return nil, err
	}
	g.mu.Lock()
	g.lobby = id
	g.mu.Unlock()
	held := false
	ask := joining{Lobby: id, Ref: stay, User: g.user, Name: g.member.Name(), ID: o.ID, Code: o.Code, Spectate: o.Spectate}
	for {
		if node != d.cfg.Node && !held {
			switch _, err := d.cfg.Engine.Join(ctx, id, g.user, joinHold); {
			case errors.Is(err, cluster.ErrFull):
				return nil, errFull
			case errors.Is(err, cluster.ErrNotFound):
				return nil, errNoLobby
			case err != nil:
				return nil, d.unavailable(err)
			}
			held = true
		}
		ask.Epoch = epoch
		answer, err := d.callJoin(ctx, node, &ask)
		if err == nil {
			if !d.settle(g, stay, id, node, answer.Role, answer.Epoch, answer.Said) {
				return nil, errNoLobby // out again before it was in
			}
			return answer.Reply, nil
		}
		if !retryable(err) {
			if held {
				d.giveBack(id, g.user)
			}
			return nil, err
		}
		// The owner has moved or died: it is asked again, or the next one. The ref makes it the same join.
		entry, lookErr := d.cfg.Engine.Lobby(ctx, id)
		switch {
		case errors.Is(lookErr, cluster.ErrNotFound):
			return nil, errNoLobby
		case lookErr == nil && entry.Epoch >= epoch:
			node, epoch = entry.Node, entry.Epoch
		}
		select {
		case <-ctx.Done():
			_ = d.cfg.Mesh.Cast(node, castStray, encode(&leaving{Lobby: id, Ref: stay, Why: lobby.Left}))
			return nil, errUnavailable
		case <-time.After(retryEvery / 2):
		}
	}
}

func (d *Directory) callJoin(ctx context.Context, node string, ask *joining) (joined, error) {
	ctx, cancel := context.WithTimeout(ctx, joinWait)
	defer cancel()
	raw, err := d.cfg.Mesh.Call(ctx, node, callJoin, encode(ask))
	if err != nil {
		return joined{}, err
	}
	return decoded[joined](raw)
}

// giveBack gives a place back that the store holds, if it can: the store does so by itself in a while.
func (d *Directory) giveBack(id, user string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		return
	}
	d.running.Go(func() { _ = d.cfg.Engine.Leave(d.ctx, id, user) })
}

// retryable says whether a call failed in a way that another owner, or the same a little later, may do better.
func retryable(err error) bool {
	var refused *protocol.Error
	if errors.As(err, &refused) {
		return refused.Code == codeMoved
	}
	return !errors.Is(err, peer.ErrTooLarge)
}

// find says who has a lobby, by what this node knows, else by asking the store.
func (d *Directory) find(ctx context.Context, o lobby.JoinOptions) (id, node string, epoch uint32, err error) {
	code := lobby.CanonicalCode(o.Code)
	id = o.ID
	d.mu.Lock()
	if id == "" {
		id = d.codes[code]
	}
	node, epoch = d.ownerOf(id)
	d.mu.Unlock()
	if node != "" {
		return id, node, epoch, nil
	}
	var entry cluster.Lobby
	switch {
	case o.ID != "" && len(o.ID) <= cluster.MaxID:
		entry, err = d.cfg.Engine.Lobby(ctx, o.ID)
	case o.ID == "" && len(code) <= cluster.MaxID:
		entry, err = d.cfg.Engine.LobbyByCode(ctx, code)
	default:
		err = cluster.ErrNotFound
	}
	switch {
	case errors.Is(err, cluster.ErrNotFound):
		return "", "", 0, errNoLobby
	case err != nil:
		return "", "", 0, d.unavailable(err)
	}
	return entry.ID, entry.Node, entry.Epoch, nil
}

// elsewhere refuses a user who is in a lobby already, by another session on another node. What this node knows of that may be out of date, so whoever has
// that lobby is asked; if nobody answers, the user is believed.
func (d *Directory) elsewhere(ctx context.Context, user, target string) error {
	d.mu.Lock()
	id := d.byUser[user]
	k := d.known[id]
	d.mu.Unlock()
	if k == nil || id == target {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if _, err := d.cfg.Mesh.Call(ctx, k.node, callHas, encode(&having{Lobby: id, User: user})); err != nil {
		return nil
	}
	return errAlready
}

// forward has the owner of the member's lobby answer.
func (d *Directory) forward(ctx context.Context, m lobby.Member, channel, name string, payload []byte) (any, error) {
	id, stay := d.stayOf(m)
	if id == "" { // in no lobby: the node's own lobbies know how to say so
		if channel == protocol.ChannelChat {
			return d.local.ChatRequest(ctx, m, name, payload)
		}
		return d.local.Request(ctx, m, name, payload)
	}
	if _, set := ctx.Deadline(); !set {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, requestTimeout)
		defer cancel()
	}
	d.cfg.Counters.Forwarded.Add(1)
	for {
		d.mu.Lock()
		var node string
		var epoch uint32
		if v := d.visits[id]; v != nil {
			node, epoch = v.node, v.epoch
		}
		d.mu.Unlock()
		raw, err := d.callRequest(ctx, node, &asking{Lobby: id, Epoch: epoch, Ref: stay, Channel: channel, Name: name, Payload: payload})
		var refused *protocol.Error
		switch {
		case err == nil && len(raw) == 0:
			return nil, nil
		case err == nil:
			return protocol.Raw(raw), nil
		case errors.As(err, &refused) && refused.Code != codeMoved && refused.Code != codeUnattached:
			return nil, err // counted there
		case refused == nil:
			d.cfg.Counters.Unreachable.Add(1)
			d.attach(id, true)
			return nil, d.refused(errUnavailable)
		}
		// Nothing was done: it is asked again once the lobby's owner, or the member, has been found.
		d.attach(id, true)
		select {
		case <-ctx.Done():
			return nil, d.refused(errUnavailable)
		case <-d.ctx.Done(): // nobody attaches any more here, and the session goes to another node as soon as it has an answer
			return nil, d.refused(errUnavailable)
		case <-time.After(20 * time.Millisecond):
		}
		if now, same := d.stayOf(m); now != id || same != stay {
			return nil, d.refused(protocol.Refuse(protocol.CodeNotFound, "you are in no lobby"))
		}
	}
}

// stayOf is the lobby that a member is in, or "".
func (d *Directory) stayOf(m lobby.Member) (id string, stay ref) {
	g := d.guestOf(m)
	if g == nil {
		return "", 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.in {
		return "", 0
	}
	return g.lobby, g.ref
}

func (d *Directory) callRequest(ctx context.Context, node string, ask *asking) ([]byte, error) {
	until, _ := ctx.Deadline()
	ask.Wait = uint32(max(1, time.Until(until).Milliseconds()))
	return d.cfg.Mesh.Call(ctx, node, callRequest, encode(ask))
}

// SetAway is [lobby.Directory.SetAway]. It does not wait for another node.
func (d *Directory) SetAway(_ context.Context, m lobby.Member, away bool) error {
	g := d.guestOf(m)
	if g == nil {
		return nil
	}
	g.mu.Lock()
	g.away = away
	g.awaySeq++
	id, in := g.lobby, g.in
	s := straying{Lobby: id, Ref: g.ref, Away: away, Seq: g.awaySeq}
	g.mu.Unlock()
	if !in {
		return nil
	}
	d.mu.Lock()
	v := d.visits[id]
	node := ""
	if v != nil {
		node = v.node
	}
	d.mu.Unlock()
	if err := d.cfg.Mesh.Cast(node, castAway, encode(&s)); err != nil {
		d.attach(id, true)
	}
	return nil
}

// Forget is [lobby.Directory.Forget]. A member whose lobby cannot be reached at the moment is out as soon as it can. Once Run has ended, members stay in lobbies of other
// nodes: their sessions may come back there.
func (d *Directory) Forget(m lobby.Member, why lobby.Departure) {
	d.Unwatch(m)
	g := d.guestOf(m)
	if g == nil {
		return
	}
	d.mu.Lock()
	over := d.over
	d.mu.Unlock()
	if id, stay := d.stayOf(m); id != "" {
		if !over {
			d.tellLeft(id, stay, why)
		}
		d.leave(g, stay)
	}
	d.drop(g)
}

func (d *Directory) tellLeft(id string, stay ref, why lobby.Departure) {
	d.mu.Lock()
	var node string
	if v := d.visits[id]; v != nil {
		node = v.node
	}
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(d.ctx, callTimeout)
	defer cancel()
	if _, err := d.cfg.Mesh.Call(ctx, node, callLeave, encode(&leaving{Lobby: id, Ref: stay, Why: why})); err != nil {
		d.attach(id, false) // among whom the member will not be
	}
}

// Close is [lobby.Directory.Close], on any node.
func (d *Directory) Close(ctx context.Context, id string) error { return d.oversee(ctx, id, verbClose) }

// StopMatch is [lobby.Directory.StopMatch], on any node.
func (d *Directory) StopMatch(ctx context.Context, id string) error {
	return d.oversee(ctx, id, verbStop)
}

const (
	verbClose = "close"
	verbStop  = "stop"
)

func (d *Directory) oversee(ctx context.Context, id, verb string) error {
	if id == "" {
		return errNoLobby
	}
	_, node, _, err := d.find(ctx, lobby.JoinOptions{ID: id})
	if err != nil {
		return err
	}
	_, err = d.cfg.Mesh.Call(ctx, node, callOversee, encode(&overseeing{Lobby: id, Verb: verb}))
	var refused *protocol.Error
	switch {
	case err == nil, errors.As(err, &refused) && refused.Code != codeMoved:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", errUnavailable, err)
}
