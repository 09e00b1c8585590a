package lobby

import (
	"math"
	"slices"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// This file is who is in a lobby and who of them is host.

func (l *lobby) players() int {
	n := 0
	for _, who := range l.members {
		if who.role == RolePlayer {
			n++
		}
	}
	return n
}

func (l *lobby) find(m Member) *member {
	for _, who := range l.members {
		if who.Member == m {
			return who
		}
	}
	return nil
}

func (l *lobby) findUser(user string) *member {
	for _, who := range l.members {
		if who.User() == user {
			return who
		}
	}
	return nil
}

// capacity is how many players have a place now: a running match has no more seats than it was made with.
func (l *lobby) capacity() int {
	if l.round != nil {
		return min(l.maxPlayers, l.round.seats)
	}
	return l.maxPlayers
}

// admit checks whether there is a place and lets someone in.
func (l *lobby) admit(m Member, role string) error {
	if t := l.talkers[m.User()]; t != nil {
		if wait := time.Until(t.banned); wait > 0 {
			return refuse(protocol.CodeForbidden, "the host removed you: you may come back in %d s", int(math.Ceil(wait.Seconds())))
		}
	}
	if err := l.roomFor(role); err != nil {
		return err
	}
	who := &member{Member: m, role: role}
	l.members = append(l.members, who)
	if l.host == nil {
		l.host = who
	}
	l.preferPlayer()
	if l.round != nil {
		l.seat(who)
	}
	l.changed = true
	l.enterChat(who)
	l.moved(m, l.id)
	l.dir.cfg.Counters.Members.Add(1)
	l.dir.cfg.Counters.Joins.Add(1)
	return nil
}

// roomFor checks whether there is a place in a role.
func (l *lobby) roomFor(role string) error {
	players := l.players()
	if role == RolePlayer && players >= l.capacity() {
		return refuse(protocol.CodeFull, "all %d places are taken", l.capacity())
	}
	if role == RoleSpectator && len(l.members)-players >= l.dir.cfg.MaxSpectators {
		return refuse(protocol.CodeFull, "%d are watching already", l.dir.cfg.MaxSpectators)
	}
	return nil
}

// changeRole lets a spectator play, or a player watch. In a running match the one seat is left for another.
func (l *lobby) changeRole(who *member, role string) error {
	if who.role == role {
		return nil
	}
	if err := l.roomFor(role); err != nil {
		return err
	}
	who.role, l.changed = role, true
	who.ready, who.rematch = false, false
	l.preferPlayer()
	if l.round != nil {
		l.unseat(who, Left)
		l.seat(who)
	}
	return nil
}

// unseat gives up a seat, if there is one.
func (l *lobby) unseat(who *member, why Departure) {
	if who.seat != nil {
		who.seat.Leave(why.String())
		who.seat = nil
		who.Seated(nil)
	}
}

// remove takes someone out. The lobby ends with the last.
func (l *lobby) remove(who *member, why Departure) {
	l.depart(who, why)
	l.members = slices.DeleteFunc(l.members, func(other *member) bool { return other == who })
	l.changed = true
	l.leaveChat(who, why)
	if len(l.members) == 0 {
		l.end()
		if l.round != nil {
			l.round.match.Stop(why.String())
		}
		return
	}
	if l.host == who {
		l.host = l.heir()
	}
}

// depart gives up what someone held here: the seat, and the place in the directory.
func (l *lobby) depart(who *member, why Departure) {
	l.moved(who.Member, "") // before the place is free: the next lobby says so after
	l.unseat(who, why)
	l.dir.release(who.Member, l)
	l.dir.cfg.Counters.Members.Add(-1)
	l.dir.cfg.Counters.Leaves[why].Add(1)
}

// heir is who becomes host: a player before a spectator, one who is there before one who is away, then who has been in for longest.
func (l *lobby) heir() *member {
	rank := func(who *member) int {
		r := 0
		if who.role == RoleSpectator {
			r += 2
		}
		if who.away {
			r++
		}
		return r
	}
	return slices.MinFunc(l.members, func(a, b *member) int { return rank(a) - rank(b) }) // the first of equals
}

// preferPlayer takes the lobby from a host who watches, once someone plays.
func (l *lobby) preferPlayer() {
	if l.host.role == RoleSpectator && l.players() > 0 {
		l.host = l.heir()
	}
}

// handOver makes another player host.
func (l *lobby) handOver(who *member, user string) error {
	if who != l.host {
		return errNotHost
	}
	to := l.findUser(user)
	if to == nil {
		return noSuchMember()
	}
	if to.role != RolePlayer {
		return refuse(protocol.CodeForbidden, "a spectator cannot be host")
	}
	l.changed = l.changed || to != l.host
	l.host = to
	return nil
}

// kick takes someone else out, and keeps them out for [Config.KickFor].
func (l *lobby) kick(who *member, user string) error {
	if who != l.host {
		return errNotHost
	}
	out := l.findUser(user)
	if out == nil {
		return noSuchMember()
	}
	if out == who {
		return refuse(protocol.CodeForbidden, "you cannot kick yourself: leave")
	}
	l.talkers[user].banned = time.Now().Add(l.dir.cfg.KickFor)
	l.remove(out, Kicked)
	out.Emit(protocol.ChannelLobby, eventClosed, l.closedPayload(Kicked), 0)
	return nil
}

// setAway notes that someone's connection went down, or came back: then they get the state now, whether it changed or not.
func (l *lobby) setAway(who *member, away bool) {
	if who.away != away {
		who.away, l.changed = away, true
		who.awaited = time.Time{}
		if away {
			who.awaited = time.Now().Add(l.dir.cfg.AwayWait)
		}
	}
	if away {
		l.stopTyping(who, l.talkers[who.User()])
		return
	}
	before := l.rev
	l.settle()
	if l.rev == before || l.unsent {
		who.Emit(protocol.ChannelLobby, eventState, l.encodeState(), 0)
	}
}

// moved tells the house where a member is now.
func (l *lobby) moved(m Member, id string) {
	if l.dir.cfg.Moved != nil {
		l.dir.cfg.Moved(m, id)
	}
}

func noSuchMember() error {
	return &protocol.Error{Code: protocol.CodeNotFound, Field: "user", Message: "no such member in this lobby"}
}
