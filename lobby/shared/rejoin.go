package shared

import (
	"cmp"
	"context"
	"time"

	"github.com/deltatick/deltatick/lobby"
)

// Coming is what is known of a member whose session has come from another node.
type Coming struct {
	Lobby string // that it was in there, as [Directory.Detach] has said; "": none, or not known
	Said  uint32 // newest chat message that it has had, likewise
	// From is the node that has not given the session up: this one was made anew, without a word of where the other was and what it had been told. "": it did.
	From string
}

// certain says whether the member is in a lobby, whatever that knows of its whereabouts.
func (c Coming) certain() bool { return c.Lobby != "" && c.From == "" }

// only is where another session of the user may be, as the lobby knows, whose place is the member's: "": anywhere. One that is somewhere else, and connected there, keeps it.
func (c Coming) only(here string) string {
	if c.certain() {
		return ""
	}
	return cmp.Or(c.From, here) // where there is none
}

// Rejoin brings a member back whose session has come from another node, with its place in a lobby, if its user has one that is not another session's. It tells whether that is so.
// The member is in no lobby on this node. It looks for the lobby's owner for as long as the place is kept, 9 s.
func (d *Directory) Rejoin(ctx context.Context, m lobby.Member, how Coming) (bool, error) {
	d.mu.Lock()
	id := d.byUser[m.User()]
	if d.known[id] == nil {
		id = how.Lobby // which changes hands just now, perhaps
	}
	other := d.users[m.User()] != nil
	d.mu.Unlock()
	if id == "" || other && !how.certain() {
		return false, nil
	}
	g, err := d.enter(m)
	if err != nil {
		return false, err
	}
	g.mu.Lock()
	g.lobby, g.said = id, how.Said
	if how.From != "" {
		g.said = saidUnknown
	}
	g.unsure, g.only = true, how.only(d.cfg.Node)
	stay := g.ref
	g.mu.Unlock()
	in, err := d.seek(ctx, g, id, stay, how)
	if !in {
		d.leave(g, stay)
	}
	return in, err
}

// awayWithin is how long a session may still seem to be in a lobby whose client has gone on with one that was made anew, and perhaps with another one after that.
const awayWithin = 3 * time.Second

// seek asks for a guest's place until a lobby's owner has answered, nobody knows the lobby, or time is over.
func (d *Directory) seek(ctx context.Context, g *guest, id string, stay ref, how Coming) (in bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, rejoinTimeout)
	defer cancel()
	began := time.Now()
	for {
		d.mu.Lock()
		node, epoch := d.ownerOf(id)
		d.mu.Unlock()
		in, err := d.comeBack(ctx, g, id, stay, node, epoch)
		switch {
		case in, err == nil && (how.From == "" || time.Since(began) > awayWithin):
			return in, nil
		case err != nil:
			if _, missing := d.lookUp(id, epoch); missing {
				return false, nil
			}
		}
		select {
		case <-ctx.Done():
			return false, errUnavailable
		case <-d.ctx.Done():
			return false, errDraining
		case <-time.After(retryEvery):
		}
	}
}

// comeBack asks a lobby's owner once, and takes in what it answers. It tells whether the guest is in.
func (d *Directory) comeBack(ctx context.Context, g *guest, id string, stay ref, node string, epoch uint32) (in bool, err error) {
	g.mu.Lock()
	a := attachment{Ref: stay, User: g.user, Name: g.member.Name(), Said: g.said, Take: true, Only: g.only}
	g.mu.Unlock()
	answer, err := d.callAttach(ctx, node, &attaching{Lobby: id, Epoch: epoch, Fresh: true, Take: true, Guests: []attachment{a}})
	if err != nil || len(answer.Members) != 1 || !answer.Members[0].In {
		return false, err
	}
	if d.settle(g, stay, id, node, answer.Members[0].Role, answer.Epoch, 0) {
		d.attached(g, id, &answer, answer.Members[0])
		d.mu.Lock()
		if v := d.visits[id]; v != nil {
			v.unsure = v.unsure || !answer.Sure
		}
		d.mu.Unlock()
	}
	return true, nil
}
