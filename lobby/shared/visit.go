package shared

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// This file is how a node makes sure of its members in a lobby: it tells the lobby's owner, whoever that is by now, who they are, and hears what they
// missed. It does so when the lobby has a new owner, when something said between the two nodes may have been lost, and now and then.

// attach has a goroutine make sure of the guests in a lobby, if there are any. fresh: something may have been lost.
func (d *Directory) attach(id string, fresh bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.visits[id]
	if v == nil || d.over {
		return
	}
	v.fresh = v.fresh || fresh
	if v.calling {
		v.again = true
		return
	}
	v.calling = true
	d.running.Go(func() { d.makeSure(v) })
}

// absentFor is how long nobody has to know of a lobby before its members are told that it is no more: a store that came back empty hears of it again
// within a second, and a lobby without an owner is taken over within a few.
const absentFor = 8 * time.Second

// makeSure asks until it is answered, the lobby is no more, or the directory closes.
func (d *Directory) makeSure(v *visit) {
	var absent time.Time
	tries := 0
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		d.mu.Lock()
		v.again = false
		node, epoch := v.node, v.epoch
		if k := d.known[v.id]; k != nil && k.epoch > epoch {
			node, epoch = k.node, k.epoch
		}
		fresh := v.fresh || epoch != v.epoch
		d.mu.Unlock()
		err := d.attachTo(v, node, epoch, fresh)
		if err == nil {
			if d.rest(v) {
				return
			}
			wait, absent, tries = 25*time.Millisecond, time.Time{}, 0
			continue
		}
		found, missing := d.lookUp(v.id, epoch)
		switch {
		case found: // another owner, who is asked at once
			wait = 50 * time.Millisecond
		case !missing:
			absent = time.Time{}
		case absent.IsZero():
			absent = time.Now()
		case time.Since(absent) > absentFor:
			d.close(v)
		}
		if tries++; d.pointless(v, missing || tries > leaveTries) {
			return
		}
		select {
		case <-d.ctx.Done():
			d.mu.Lock()
			v.calling = false
			d.mu.Unlock()
			return
		case <-time.After(wait/2 + rand.N(wait)):
		}
	}
}

// rest says whether nothing is left to do, and if so, that the goroutine is gone.
func (d *Directory) rest(v *visit) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v.again {
		return false
	}
	v.calling = false
	if len(v.guests) == 0 {
		delete(d.visits, v.id)
	}
	return true
}

// pointless says whether nobody is left to make sure of, and who has left need not be told: it is then seen to that the goroutine is gone.
func (d *Directory) pointless(v *visit, told bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(v.guests) > 0 || !told {
		return false
	}
	v.calling = false
	delete(d.visits, v.id)
	return true
}

// leaveTries is how often an owner that does not answer is told that somebody has left. It has lost this node by then, and the member with it.
const leaveTries = 20

// lookUp asks the store who has a lobby. found says that it is somebody else than the owner of an epoch; missing, that the store knows no such lobby.
func (d *Directory) lookUp(id string, epoch uint32) (found, missing bool) {
	entry, err := d.cfg.Engine.Lobby(d.ctx, id)
	if err != nil {
		return false, errors.Is(err, cluster.ErrNotFound)
	}
	d.learn(id, entry.Node, entry.Epoch)
	return entry.Epoch > epoch, false
}

// attachTo tells a node who the guests in a lobby are, and takes in what it answers.
func (d *Directory) attachTo(v *visit, node string, epoch uint32, fresh bool) error {
	d.mu.Lock()
	ask := attaching{Lobby: v.id, Epoch: epoch, Upto: d.upto(time.Now()), Fresh: fresh}
	guests := make(map[ref]*guest, len(v.guests))
	staying := make([]*guest, 0, len(v.guests))
	for g := range v.guests {
		staying = append(staying, g)
	}
	for _, g := range d.users { // who is about to join has not left
		if _, in := v.guests[g]; !in {
			staying = append(staying, g)
		}
	}
	d.mu.Unlock()
	for _, g := range staying {
		a := g.attachment(v.id)
		switch {
		case a.Ref != 0 && a.User == "": // any lobby: the member may be in before the owner hears this
			ask.Upto = min(ask.Upto, a.Ref-1)
		case a.User != "":
			guests[a.Ref] = g
			ask.Guests = append(ask.Guests, a)
		}
	}
	answer, err := d.callAttach(d.ctx, node, &ask)
	if err != nil {
		return err
	}
	d.mu.Lock()
	if answer.Epoch >= v.epoch {
		v.node, v.epoch = node, answer.Epoch
	}
	if fresh && !v.again {
		v.fresh = false
	}
	v.unsure = v.unsure && !answer.Sure
	d.mu.Unlock()
	for _, m := range answer.Members {
		if g := guests[m.Ref]; g != nil {
			d.attached(g, v.id, &answer, m)
		}
	}
	return nil
}

func (d *Directory) callAttach(ctx context.Context, node string, ask *attaching) (attached, error) {
	d.cfg.Counters.Attaches.Add(1)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	raw, err := d.cfg.Mesh.Call(ctx, node, callAttach, encode(ask))
	if err != nil {
		return attached{}, err
	}
	return decoded[attached](raw)
}

// attachment is what the owner of a lobby is told of a guest: only the ref of one who is about to join any, nothing of one who is in another.
func (g *guest) attachment(id string) attachment {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !g.in:
		return attachment{Ref: g.ref}
	case g.lobby != id:
		return attachment{}
	}
	return attachment{Ref: g.ref, User: g.user, Name: g.member.Name(), Role: g.role, Away: g.away, AwaySeq: g.awaySeq, Said: g.said, Take: g.unsure, Only: g.only}
}

// attached takes in what the owner says of a guest.
func (d *Directory) attached(g *guest, id string, answer *attached, m attachedMember) {
	if !m.In {
		if m.Why == "" {
			d.cfg.Counters.Displaced.Add(1)
		}
		d.takeOut(g, m.Ref, id, m.Why)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.accepts(d, m.Ref, id, answer.Epoch) {
		g.unsure = g.unsure && !answer.Sure
		if m.Role != "" {
			g.role = m.Role
		}
		if g.said == saidUnknown {
			g.said = m.Said // whoever attaches it next does not tell again what came before
		}
		g.sit(m.Seat, answer.Epoch)
	}
}

// takeOut has a guest leave a lobby that does not know it, and tells why, unless that is "".
func (d *Directory) takeOut(g *guest, stay ref, id, why string) {
	g.mu.Lock()
	there := g.ref == stay && g.lobby == id && g.in
	g.mu.Unlock()
	if !there {
		return
	}
	d.leave(g, stay)
	g.mu.Lock()
	defer g.mu.Unlock()
	if why != "" && g.ref == stay && g.was == id {
		g.was = "" // told once
		g.member.Emit(protocol.ChannelLobby, eventClosed, closedPayload(id, why), 0)
	}
}

// close takes all guests out of a lobby that is no more.
func (d *Directory) close(v *visit) {
	d.mu.Lock()
	guests := make([]*guest, 0, len(v.guests))
	for g := range v.guests {
		guests = append(guests, g)
	}
	d.mu.Unlock()
	for _, g := range guests {
		g.mu.Lock()
		stay := g.ref
		g.mu.Unlock()
		d.takeOut(g, stay, v.id, match.ReasonShutdown)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(v.guests) == 0 {
		delete(d.visits, v.id)
	}
}

// learn takes in who has a lobby.
func (d *Directory) learn(id, node string, epoch uint32) {
	d.mu.Lock()
	k := d.known[id]
	newer := k == nil || epoch > k.epoch
	if k != nil && newer {
		k.node, k.epoch = node, epoch
	} else if k == nil && d.visits[id] != nil {
		d.known[id] = &known{node: node, epoch: epoch}
	}
	v := d.visits[id]
	moved := v != nil && epoch > v.epoch
	d.mu.Unlock()
	if moved {
		d.attach(id, true)
	}
}

// lost is called when the connection to a node has ended.
func (d *Directory) lost(node string) {
	ids := d.visitsTo(node)
	d.mu.Lock()
	owned := make([]*owned, 0, len(d.owned))
	for _, o := range d.owned {
		owned = append(owned, o)
	}
	d.mu.Unlock()
	for _, id := range ids {
		d.attach(id, true)
	}
	now := time.Now()
	for _, o := range owned {
		for _, p := range o.members() {
			p.lose(node, now)
		}
		o.wake()
	}
}

// heardFrom is called when a node has connected to this one anew. It may have lost this node's members later than this one lost it, and given them up since they
// were last attached.
func (d *Directory) heardFrom(node string) {
	for _, id := range d.visitsTo(node) {
		d.attach(id, false)
	}
}

// visitsTo lists the lobbies of a node in which there are guests.
func (d *Directory) visitsTo(node string) (ids []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, v := range d.visits {
		if v.node == node {
			ids = append(ids, id)
		}
	}
	return ids
}

// attachAll makes sure of the guests in lobbies of other nodes unasked, and of those that an owner was not sure of.
func (d *Directory) attachAll() {
	d.mu.Lock()
	var ids []string
	for id, v := range d.visits {
		if v.node != d.cfg.Node || v.unsure {
			ids = append(ids, id)
		}
	}
	d.mu.Unlock()
	for _, id := range ids {
		d.attach(id, false)
	}
}
