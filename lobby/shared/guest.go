package shared

import (
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// guest is a member whose session is on this node, wherever the lobby is.
type guest struct {
	member lobby.Member
	user   string

	// Guarded by mu, which is held while the member is told something, so that it hears everything in order; it is taken before Directory.mu, and never while a
	// lobby or another node is asked.
	mu    sync.Mutex
	ref   ref    // of this stay, or of the last
	lobby string // "": in none
	in    bool   // else about to be
	was   string // the lobby before
	epoch uint32 // of the newest owner heard of
	role  string
	said  uint32        // newest chat message that has arrived; saidUnknown: any may have
	seat  seat          // as last told
	chair uint32        // epoch of the owner who told it
	claim cluster.Lease // of this stay

	away    bool
	awaySeq uint32

	// The session has come from another node, and no owner that was sure to have the lobby has said yet that it knows: the member is taken from wherever its place is, as
	// far as only allows.
	unsure bool
	only   string
}

// visit is a lobby in which there are guests. Guarded by Directory.mu.
type visit struct {
	id      string
	node    string // who has it, as far as is known
	epoch   uint32
	guests  map[*guest]struct{}
	calling bool // a goroutine makes sure of the guests
	again   bool // it is to do so once more
	fresh   bool // something may have been lost
	unsure  bool // of some guests: see there
}

// enter gives a member a place on this node, for a lobby that it is about to join.
func (d *Directory) enter(m lobby.Member) (*guest, error) {
	user := m.User()
	d.mu.Lock()
	if d.over {
		d.mu.Unlock()
		return nil, errDraining
	}
	if d.users[user] != nil {
		d.mu.Unlock()
		return nil, errAlready
	}
	g := d.guests[m]
	if g == nil {
		g = &guest{member: m, user: user}
		d.guests[m] = g
	}
	d.users[user] = g
	d.lastRef++
	was, now := g.ref, d.lastRef
	delete(d.refs, was)
	d.refs[now] = g
	d.mu.Unlock()

	g.mu.Lock()
	defer g.mu.Unlock()
	g.ref, g.lobby, g.in, g.epoch, g.said, g.seat, g.chair, g.role = now, "", false, 0, 0, seat{}, 0, ""
	g.unsure, g.only = false, ""
	return g, nil
}

// leave gives up the place of a member who did not get into a lobby, or is not in it any more. It does nothing if the member is on another stay by now.
func (d *Directory) leave(g *guest, stay ref) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ref != stay || g.lobby == "" && !g.placed(d) {
		return
	}
	id, in, seated := g.lobby, g.in, g.seat.Match != ""
	g.was, g.lobby, g.in, g.seat = id, "", false, seat{}
	d.mu.Lock()
	if d.users[g.user] == g {
		delete(d.users, g.user)
	}
	if v := d.visits[id]; v != nil {
		delete(v.guests, g)
		if len(v.guests) == 0 && !v.calling {
			delete(d.visits, id)
		}
	}
	d.unclaim(g)
	if in {
		d.cfg.Counters.Guests.Add(-1)
	}
	d.mu.Unlock()
	if in {
		d.tellMoved(g, "")
	}
	if seated {
		g.member.Seated(nil)
	}
}

// placed says whether a guest has a place on this node. It needs mu.
func (g *guest) placed(d *Directory) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.users[g.user] == g
}

// settle makes a guest one who is in a lobby. It is false when the guest was taken out before.
func (d *Directory) settle(g *guest, stay ref, id, node, role string, epoch, said uint32) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ref != stay || g.lobby != id {
		return false
	}
	g.in, g.role, g.epoch, g.said = true, role, max(g.epoch, epoch), max(g.said, said)
	d.mu.Lock()
	v := d.visits[id]
	if v == nil {
		v = &visit{id: id, guests: map[*guest]struct{}{}}
		d.visits[id] = v
	}
	if epoch >= v.epoch {
		v.node, v.epoch = node, epoch
	}
	v.guests[g] = struct{}{}
	d.cfg.Counters.Guests.Add(1)
	d.mu.Unlock()
	d.tellMoved(g, id)
	return true
}

func (d *Directory) tellMoved(g *guest, id string) {
	if d.cfg.Lobby.Moved != nil {
		d.cfg.Lobby.Moved(g.member, id)
	}
}

// drop forgets a guest whose session is over.
func (d *Directory) drop(g *guest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.guests, g.member)
	delete(d.refs, g.ref)
}

func (d *Directory) guestOf(m lobby.Member) *guest {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.guests[m]
}

func (d *Directory) guestBy(stay ref) *guest {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refs[stay]
}

// accepts says whether what a lobby says concerns this guest. It needs mu.
func (g *guest) accepts(d *Directory, stay ref, id string, epoch uint32) bool {
	if g.ref == stay && g.lobby == "" && g.was != id && g.placed(d) {
		g.lobby = id // the lobby that the guest is just creating
	}
	switch {
	case g.ref != stay || g.lobby != id:
		d.cfg.Counters.drop(DropStray)
	case epoch < g.epoch:
		d.cfg.Counters.drop(DropFenced)
	default:
		g.epoch = epoch
		return true
	}
	return false
}

// stray tells who emitted something that the member is not here, unless another node is about to say that the member is there.
func (d *Directory) stray(from string, e *emission) {
	d.mu.Lock()
	gone := d.hasHanded(e.Ref, time.Now())
	d.mu.Unlock()
	if gone {
		return
	}
	// If this is lost, it is told again with what is emitted next.
	_ = d.cfg.Mesh.Cast(from, castStray, encode(&leaving{Lobby: e.Lobby, Ref: e.Ref, Why: lobby.Expired}))
}

// saidID is the part of a chat message that says which it is.
type saidID struct {
	ID uint32 `msgpack:"id"`
}

// deliver gives a member what its lobby emitted.
func (d *Directory) deliver(from string, e *emission) {
	g := d.guestBy(e.Ref)
	if g == nil {
		d.cfg.Counters.drop(DropStray)
		d.stray(from, e)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	closed := e.Channel == protocol.ChannelLobby && e.Name == eventClosed
	if closed && g.ref == e.Ref && g.lobby == "" && g.was == e.Lobby {
		g.was = "" // told once
	} else if !g.accepts(d, e.Ref, e.Lobby, e.Epoch) {
		if g.lobby != e.Lobby {
			d.stray(from, e)
		}
		return
	}
	if e.Channel == protocol.ChannelChat && e.Name == eventMessage {
		message, err := decoded[saidID](e.Payload)
		if err != nil {
			d.cfg.Counters.drop(DropMalformed)
			return
		}
		if g.said != saidUnknown && message.ID <= g.said {
			d.cfg.Counters.drop(DropTwice)
			return
		}
		g.said = message.ID
	}
	g.member.Emit(e.Channel, e.Name, e.Payload, e.Tick)
}

// Events of lobbies that this package knows (docs/PROTOCOL.md, sections 4.1 and 4.6).
const (
	eventClosed  = "closed"
	eventMessage = "message"
)

// seated tells a member which seat it holds.
func (d *Directory) seated(s *seating) {
	g := d.guestBy(s.Ref)
	if g == nil {
		d.cfg.Counters.drop(DropStray)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.accepts(d, s.Ref, s.Lobby, s.Epoch) {
		g.sit(s.Seat, s.Epoch)
	}
}

// sit takes a seat in unless a newer one is known already; each owner counts anew. It needs mu.
func (g *guest) sit(s seat, epoch uint32) {
	if epoch == g.chair && s.Seq < g.seat.Seq {
		return
	}
	had := g.seat
	g.seat, g.chair = s, epoch
	switch {
	case had.Match == s.Match && had.Number == s.Number:
	case s.Match == "":
		g.member.Seated(nil)
	default:
		g.member.Seated(&Seat{match: s.Match, id: match.SeatID(s.Number), user: g.user})
	}
}

// parted takes in that a member is out of its lobby.
func (d *Directory) parted(p *parting) {
	g := d.guestBy(p.Ref)
	if g == nil {
		return // whose session is over
	}
	g.mu.Lock()
	ours := g.ref == p.Ref && g.lobby == p.Lobby && p.Epoch >= g.epoch
	g.mu.Unlock()
	if ours {
		d.leave(g, p.Ref)
	}
}
