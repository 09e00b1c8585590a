package lobby

//lint:file-ignore U1000 msgpack finds the _msgpack fields by reflection: they make a struct travel as an array.

import (
	"maps"
	"slices"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Saved is all there is to know of a lobby, for another node to go on with it: see [Directory.Export] and [Directory.Restore].
type Saved struct {
	ID         string         `msgpack:"id"`
	Code       string         `msgpack:"code"`
	Name       string         `msgpack:"name"`
	Game       string         `msgpack:"game"`
	Private    bool           `msgpack:"private"`
	MaxPlayers int            `msgpack:"max_players"`
	Start      string         `msgpack:"start"`
	Settings   match.Settings `msgpack:"settings"`
	Host       string         `msgpack:"host"` // user
	Filled     bool           `msgpack:"filled"`
	Rounds     uint32         `msgpack:"rounds"`
	Epoch      uint32         `msgpack:"epoch"` // of the newest match that told
	Rev        uint32         `msgpack:"rev"`
	Result     *Result        `msgpack:"result"`
	Match      string         `msgpack:"match"` // id of the running match, or ""
	Seats      int            `msgpack:"seats"` // for players, in it
	Members    []SavedMember  `msgpack:"members"`
	Talkers    []SavedTalker  `msgpack:"talkers"` // those who are muted or kept out
	Said       uint32         `msgpack:"said"`    // chat messages so far
	Chat       []ChatMessage  `msgpack:"chat"`    // the newest of them, the oldest first
}

// SavedMember is a member in a [Saved], in the order in which they came.
type SavedMember struct {
	_msgpack struct{} `msgpack:",as_array"`

	User, Name           string
	Spectator            bool
	Ready, Rematch, Away bool
	Seated               bool // has a seat in the running match
	Seat                 uint16
}

// Role is that of the member.
func (m SavedMember) Role() string {
	if m.Spectator {
		return RoleSpectator
	}
	return RolePlayer
}

// SavedTalker is what a lobby holds against a user.
type SavedTalker struct {
	_msgpack struct{} `msgpack:",as_array"`

	User   string
	Muted  bool
	Banned int64 // may not come in before, Unix ms; 0: may
}

// Summary is the lobby as lists show it.
func (s *Saved) Summary() Summary {
	sum := Summary{ID: s.ID, Name: s.Name, Game: s.Game, MaxPlayers: s.MaxPlayers, Phase: PhaseOpen, Host: s.Host}
	if s.Match != "" {
		sum.Phase = PhasePlaying
	}
	for _, m := range s.Members {
		if m.Spectator {
			sum.Spectators++
		} else {
			sum.Players++
		}
	}
	return sum
}

// save is the lobby as it is now.
func (l *lobby) save() Saved {
	s := Saved{
		ID: l.id, Code: l.code, Name: l.name, Game: l.kind.Name, Private: l.private, MaxPlayers: l.maxPlayers, Start: l.policy,
		Settings: maps.Clone(l.settings), Host: l.host.User(), Filled: l.filled, Rounds: l.rounds, Epoch: l.epoch, Rev: l.rev,
		Result: l.result, Members: make([]SavedMember, 0, len(l.members)), Said: l.messages, Chat: l.history.after(0),
	}
	if l.round != nil {
		s.Match, s.Seats = l.round.match.ID(), l.round.seats
		s.Epoch = max(s.Epoch, epochOf(l.round.match))
	}
	for _, who := range l.members {
		m := SavedMember{
			User: who.User(), Name: who.Name(), Spectator: who.role == RoleSpectator,
			Ready: who.ready, Rematch: who.rematch, Away: who.away, Seated: who.seat != nil,
		}
		if who.seat != nil {
			m.Seat = uint16(who.seat.ID())
		}
		s.Members = append(s.Members, m)
	}
	now := time.Now()
	for user, t := range l.talkers {
		if banned := t.banned.After(now); t.muted || banned {
			held := SavedTalker{User: user, Muted: t.muted}
			if banned {
				held.Banned = t.banned.UnixMilli()
			}
			s.Talkers = append(s.Talkers, held)
		}
	}
	return s
}

// recall makes the lobby what was saved, all but its members and its match. Settings that are not the game's any more are those of a new lobby.
func (l *lobby) recall(s *Saved, now time.Time) error {
	settings, err := l.kind.Complete(maps.Clone(s.Settings))
	if err != nil { // another version's
		if settings, err = l.kind.Complete(nil); err != nil {
			return err
		}
	}
	l.name, l.private, l.settings = protocol.CleanName(s.Name, maxNameRunes, l.name), s.Private, settings
	l.maxPlayers = max(1, l.kind.MinPlayers, min(s.MaxPlayers, l.kind.MaxPlayers))
	if s.Start == StartReady || s.Start == StartFull {
		l.policy = s.Start
	}
	l.filled, l.rounds, l.epoch, l.result = s.Filled, s.Rounds, s.Epoch, s.Result
	l.rev = s.Rev + revGap
	for _, held := range s.Talkers {
		t := l.talker(held.User)
		t.muted = held.Muted
		if held.Banned != 0 {
			t.banned = time.UnixMilli(held.Banned)
		}
		l.letGo(t, now)
	}
	l.messages = s.Said
	for _, m := range s.Chat {
		m.said = time.UnixMilli(m.At)
		l.history.add(m, l.dir.cfg.Chat)
	}
	l.countKept(0)
	return nil
}

// revGap is more than the states that a lobby can have told after it was saved: those of the restored one count as newer.
const revGap = 1000

// member returns what was saved of a user's membership.
func (s *Saved) member(user string) *SavedMember {
	i := slices.IndexFunc(s.Members, func(m SavedMember) bool { return m.User == user })
	if i < 0 {
		return nil
	}
	return &s.Members[i]
}
