package matches

import (
	"context"
	"maps"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// This file is what a host does as lobbies tell it.

// tells finds the match that a cast is about, and reads it. false: it is dropped.
func (h *Host) tells(payload []byte, message any, about *change) (*running, bool) {
	if err := decode(payload, message); err != nil {
		h.drop(DropMalformed)
		return nil, false
	}
	r := h.find(about.Match)
	if r == nil || r.over.Load() {
		h.drop(DropUnknown)
		return nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if about.Term != r.data.Term || about.Rev <= r.rev {
		h.drop(DropStale)
		return nil, false
	}
	r.rev, r.asked = about.Rev, time.Now()
	return r, true
}

func (h *Host) drop(why Drop) { h.cfg.Counters.Drops[why].Add(1) }

func (h *Host) onSeat(_ string, payload []byte) {
	var m seatMessage
	if r, ok := h.tells(payload, &m, &m.change); ok {
		r.sit(m.sitter)
	}
}

func (h *Host) onLeave(_ string, payload []byte) {
	var m leaveMessage
	if r, ok := h.tells(payload, &m, &m.change); ok {
		r.unseat(m.Seat, m.User, m.Reason)
	}
}

func (h *Host) onConfigure(_ string, payload []byte) {
	var m configureMessage
	if r, ok := h.tells(payload, &m, &m.change); ok {
		r.configure(m.Settings)
	}
}

func (h *Host) onStop(_ string, payload []byte) {
	var m stopMessage
	if r, ok := h.tells(payload, &m, &m.change); ok {
		r.match.Stop(m.Reason)
	}
}

// sit seats somebody who does not sit there yet.
func (r *running) sit(who sitter) {
	if who.Seat == 0 {
		r.letWatch(who)
		return
	}
	if r.seat(who.Seat, who.User) != nil {
		return
	}
	out := r.host.outbox(r.id, who.Seat, who.User)
	if _, err := r.match.JoinAt(who.Seat, match.Member{User: who.User, Name: who.Name, Out: out}); err != nil {
		r.host.drop(DropSeat)
		r.logger.Warn("nobody was seated", "seat", who.Seat, "user", who.User, "err", err)
	}
}

func (r *running) letWatch(who sitter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watchers[who.User] != nil {
		return
	}
	s, err := r.match.Watch(match.Member{User: who.User, Name: who.Name, Out: r.host.outbox(r.id, 0, who.User)})
	if err != nil {
		r.host.drop(DropSeat)
		return
	}
	r.watchers[who.User] = s
}

// unseat takes a seat from who sits there, if that is the user.
func (r *running) unseat(id match.SeatID, user, reason string) {
	s := r.seat(id, user)
	if id == 0 {
		r.mu.Lock()
		delete(r.watchers, user)
		r.mu.Unlock()
	}
	if s != nil {
		s.Leave(reason)
	}
}

// configure gives the game other settings, unless it has them.
func (r *running) configure(given match.Settings) {
	all, err := r.host.kinds[r.data.Kind].Complete(given)
	if err != nil {
		r.host.drop(DropMalformed)
		return
	}
	r.mu.Lock()
	same := maps.Equal(all, r.settings)
	r.settings = all
	r.mu.Unlock()
	if !same {
		r.match.Configure(all)
	}
}

// follow answers match/follow: everything becomes as the lobby says it is, or the lobby learns how it is.
func (h *Host) follow(_ context.Context, from string, payload []byte) ([]byte, error) {
	var q followRequest
	if err := decode(payload, &q); err != nil {
		return nil, refuse(protocol.CodeBadPayload, "%v", err)
	}
	if len(q.Sitters) > maxSitters {
		return nil, refuse(protocol.CodeBadPayload, "%d in seats", len(q.Sitters))
	}
	h.mu.Lock()
	r, went, ended := h.running[q.Match], h.moved[q.Match], h.results[q.Match]
	h.mu.Unlock()
	switch {
	case r != nil && r.over.Load():
		return r.tellOver()
	case r != nil && !r.moving.Load() && r.held.Valid():
		return protocol.MustEncode(r.follow(from, &q)), nil
	case r == nil && went.err != nil:
		return protocol.MustEncode(&followAnswer{Moved: went.err.Node, Epoch: went.err.Epoch}), nil
	case r == nil && !ended.until.IsZero():
		return protocol.MustEncode(&followAnswer{Over: true, Reason: ended.Reason, Data: ended.Data}), nil
	case r != nil:
		return nil, refuse(protocol.CodeUnavailable, "the match stands still")
	}
	return nil, refuse(protocol.CodeNotFound, "no such match here")
}

// tellOver answers with the result, after which the lobby knows.
func (r *running) tellOver() ([]byte, error) {
	res := r.match.Result()
	select {
	case r.told <- struct{}{}:
	default:
	}
	return protocol.MustEncode(&followAnswer{Epoch: r.held.Lease().Epoch, Over: true, Reason: res.Reason, Data: res.Data}), nil
}

func (r *running) follow(from string, q *followRequest) *followAnswer {
	answer := &followAnswer{Epoch: r.held.Lease().Epoch}
	r.mu.Lock()
	stale := q.Term < r.data.Term || q.Term == r.data.Term && q.Rev < r.rev
	if !stale {
		if r.data.Term != q.Term || r.data.LobbyNode != from {
			r.data.Term, r.data.LobbyNode = q.Term, from
			r.putAgain.Store(true) // so that who resumes the match knows whom to tell
		}
		r.rev, r.asked = q.Rev, time.Now()
	}
	answer.Term, answer.Lobby, answer.MaxPlayers, answer.MaxWatch = r.data.Term, r.entry.Lobby, r.data.MaxPlayers, r.data.MaxSpectators
	r.mu.Unlock()
	if answer.Stale = stale; stale {
		return answer
	}
	if q.Adopt {
		answer.Sitters = r.sitters()
		return answer
	}
	r.arrange(q.Sitters)
	if q.Settings != nil {
		r.configure(q.Settings)
	}
	if q.Stop != "" {
		r.match.Stop(q.Stop)
	}
	return answer
}

// sitters lists who is in the match.
func (r *running) sitters() (all []sitter) {
	for id := match.SeatID(1); id <= match.MaxSeats; id++ {
		if s := r.match.Seat(id); s != nil {
			all = append(all, sitter{Seat: id, User: s.User()})
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for user := range r.watchers {
		all = append(all, sitter{User: user})
	}
	return all
}

// arrange seats exactly those who are wanted.
func (r *running) arrange(wanted []sitter) {
	want := make(map[sitter]bool, len(wanted)) // without names
	for _, w := range wanted {
		want[sitter{Seat: w.Seat, User: w.User}] = true
	}
	for _, is := range r.sitters() {
		if !want[is] {
			r.unseat(is.Seat, is.User, match.ReasonLeft)
		}
	}
	for _, w := range wanted {
		r.sit(w)
	}
}
