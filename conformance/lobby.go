package conformance

import (
	"strings"

	"github.com/deltatick/deltatick/protocol"
)

// create opens a private lobby, so that nobody else walks in, and returns its state.
func (p *peer) create(with object) object {
	all := object{"game": p.game(), "private": true}
	for key, value := range with {
		all[key] = value
	}
	state, ok := p.got(protocol.ChannelLobby, "create", all)["lobby"].(object)
	p.t.check(ok, "create was not answered with a lobby")
	return state
}

// game is the first game of the server's.
func (p *peer) game() string {
	games, _ := p.got(protocol.ChannelLobby, "games", nil)["games"].([]any)
	p.t.check(len(games) > 0, "the server has no game")
	game, _ := games[0].(object)
	name, _ := game["name"].(string)
	p.t.check(name != "", "the first game has no name")
	return name
}

func (p *peer) join(lobby object) object {
	state, ok := p.got(protocol.ChannelLobby, "join", object{"code": lobby["code"]})["lobby"].(object)
	p.t.check(ok, "join was not answered with a lobby")
	return state
}

// members reads the members of a state, by user.
func members(state object) map[string]object {
	list, _ := state["members"].([]any)
	by := map[string]object{}
	for _, m := range list {
		member, _ := m.(object)
		user, _ := member["user"].(string)
		by[user] = member
	}
	return by
}

// sees waits for a state in which a member is as wanted.
func (p *peer) sees(who *peer, wanted func(member object) bool) object {
	return p.eventThat(protocol.ChannelLobby, "state", func(state object) bool {
		member, in := members(state)[who.welcome.User]
		return in && wanted(member)
	})
}

func lobbyCases() []Case {
	const lobby = protocol.ChannelLobby
	return []Case{
		{"lobby/games are told with their players and settings", 0, func(t *T) {
			games, _ := t.guest().got(lobby, "games", nil)["games"].([]any)
			for _, g := range games {
				game, _ := g.(object)
				for _, key := range []string{"name", "title", "min_players", "max_players", "settings"} {
					t.check(game[key] != nil, "a game has no %s", key)
				}
			}
		}},
		{"lobby/who creates one is its host and only member", 0, func(t *T) {
			p := t.guest()
			state := p.create(object{"name": "here"})
			in := members(state)
			me := in[p.welcome.User]
			t.check(len(in) == 1 && me != nil, "members %v", state["members"])
			t.check(state["host"] == p.welcome.User, "host %v", state["host"])
			t.check(state["name"] == "here" && state["phase"] == "open" && state["match"] == "", "state %v", state)
			t.check(me["role"] == "player" && me["name"] == p.welcome.Name && me["away"] == false, "member %v", me)
		}},
		{"lobby/a code is six characters of the alphabet", 0, func(t *T) {
			code, _ := t.guest().create(object{})["code"].(string)
			t.check(len(code) == 6 && strings.Trim(code, "ABCDEFGHJKMNPQRSTUVWXYZ23456789") == "", "code %q", code)
		}},
		{"lobby/a game that is not there is refused, by field", 0, func(t *T) {
			t.guest().refused(lobby, "create", object{"game": "nobody-knows"}, protocol.CodeBadPayload, "game")
		}},
		{"lobby/an unknown policy is refused, by field", 0, func(t *T) {
			p := t.guest()
			p.refused(lobby, "create", object{"game": p.game(), "start": "whenever"}, protocol.CodeBadPayload, "start")
		}},
		{"lobby/too many players are refused, by field", 0, func(t *T) {
			p := t.guest()
			p.refused(lobby, "create", object{"game": p.game(), "max_players": 1 << 20}, protocol.CodeBadPayload, "max_players")
		}},
		{"lobby/an unknown setting is refused, by field", 0, func(t *T) {
			p := t.guest()
			p.refused(lobby, "create", object{"game": p.game(), "settings": object{"nobody-knows": 1}}, protocol.CodeBadPayload, "settings.nobody-knows")
		}},
		{"lobby/a second lobby at the same time is refused", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			p.refused(lobby, "create", object{"game": p.game()}, protocol.CodeAlready, "")
		}},
		{"lobby/a code lets in, in small letters too", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			code, _ := host.create(object{})["code"].(string)
			state := p.join(object{"code": strings.ToLower(code)})
			t.check(len(members(state)) == 2, "members %v", state["members"])
			host.sees(p, func(object) bool { return true })
		}},
		{"lobby/a private one is not let into by its id", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.refused(lobby, "join", object{"id": host.create(object{})["id"]}, protocol.CodeNotFound, "")
		}},
		{"lobby/a private one is in no list", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{})
			t.check(listed(p, state["id"]) == nil, "it is")
		}},
		{"lobby/a public one is in the list, and let into by its id", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{"private": false, "name": "in the list"})
			summary := listed(p, state["id"])
			t.check(summary != nil && summary["name"] == "in the list" && summary["phase"] == "open", "summary %v", summary)
			t.check(summary["code"] == nil, "the list tells codes")
			p.got(lobby, "join", object{"id": state["id"]})
		}},
		{"lobby/a watched list is told of what changes", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.got(lobby, "watch", object{"on": true})
			state := host.create(object{"private": false})
			p.eventThat(lobby, "list", func(update object) bool { return inUpdate(update, "upsert", state["id"]) })
			host.got(lobby, "leave", nil)
			p.eventThat(lobby, "list", func(update object) bool { return inUpdate(update, "removed", state["id"]) })
		}},
		{"lobby/a code that is nobody's is not found", 0, func(t *T) {
			t.guest().refused(lobby, "join", object{"code": "ZZZZZZ"}, protocol.CodeNotFound, "")
		}},
		{"lobby/a join that names none is a bad payload", 0, func(t *T) {
			t.guest().refused(lobby, "join", object{}, protocol.CodeBadPayload, "")
		}},
		{"lobby/a full one is refused as that", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{"max_players": 1})
			p.refused(lobby, "join", object{"code": state["code"]}, protocol.CodeFull, "")
		}},
		{"lobby/a full one still takes spectators", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{"max_players": 1})
			joined, _ := p.got(lobby, "join", object{"code": state["code"], "spectate": true})["lobby"].(object)
			t.check(members(joined)[p.welcome.User]["role"] == "spectator", "members %v", joined["members"])
		}},
		{"lobby/who watches takes a place, and gives it up again", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{"max_players": 2})
			p.got(lobby, "join", object{"code": state["code"], "spectate": true})
			p.got(lobby, "spectate", object{"spectate": false})
			host.sees(p, func(m object) bool { return m["role"] == "player" })
			p.got(lobby, "ready", object{"ready": true})
			p.got(lobby, "spectate", object{"spectate": true})
			host.sees(p, func(m object) bool { return m["role"] == "spectator" && m["ready"] == false })
			p.refused(lobby, "ready", object{"ready": true}, protocol.CodeForbidden, "")
		}},
		{"lobby/who watches a full one does not get a place", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{"max_players": 1})
			p.got(lobby, "join", object{"code": state["code"], "spectate": true})
			p.refused(lobby, "spectate", object{"spectate": false}, protocol.CodeFull, "")
		}},
		{"lobby/a host who watches is host no more", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			host.got(lobby, "spectate", object{"spectate": true})
			p.eventThat(lobby, "state", func(state object) bool { return state["host"] == p.welcome.User })
		}},
		{"lobby/two that race for the last place: one gets it", 0, func(t *T) {
			host := t.guest()
			state := host.create(object{"max_players": 2})
			a, b := t.guest(), t.guest()
			for _, p := range []*peer{a, b} {
				p.asked++
				p.send(&protocol.Request{Kind: protocol.KindRequest, ID: p.asked, Channel: lobby, Name: "join", Payload: encoded(object{"code": state["code"]})})
			}
			_, first := a.reply(a.asked)
			_, second := b.reply(b.asked)
			t.check((first == nil) != (second == nil), "refusals: %v, %v", first, second)
		}},
		{"lobby/who has left is in none", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			host.sees(p, func(object) bool { return true })
			p.got(lobby, "leave", nil)
			p.refused(lobby, "ready", object{"ready": true}, protocol.CodeNotFound, "")
			host.eventThat(lobby, "state", func(state object) bool { return len(members(state)) == 1 })
		}},
		{"lobby/leaving none is refused, and costs nothing", 0, func(t *T) {
			p := t.guest()
			p.refused(lobby, "leave", nil, protocol.CodeNotFound, "")
			p.lives()
		}},
		{"lobby/when the host leaves, somebody else is host", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			host.got(lobby, "leave", nil)
			p.eventThat(lobby, "state", func(state object) bool { return state["host"] == p.welcome.User })
		}},
		{"lobby/it is gone when the last one leaves", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{})
			host.got(lobby, "leave", nil)
			p.refused(lobby, "join", object{"code": state["code"]}, protocol.CodeNotFound, "")
		}},
		{"lobby/only the host changes settings", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			p.refused(lobby, "settings", object{"name": "mine"}, protocol.CodeForbidden, "")
			host.got(lobby, "settings", object{"name": "ours"})
			p.eventThat(lobby, "state", func(state object) bool { return state["name"] == "ours" })
		}},
		{"lobby/only the host starts", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			p.refused(lobby, "start", nil, protocol.CodeForbidden, "")
		}},
		{"lobby/only the host kicks", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			p.refused(lobby, "kick", object{"user": host.welcome.User}, protocol.CodeForbidden, "")
		}},
		{"lobby/who is kicked is told, and out", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			host.got(lobby, "kick", object{"user": p.welcome.User})
			closed := p.event(lobby, "closed")
			t.check(closed["reason"] == "kicked", "reason %v", closed["reason"])
			p.refused(lobby, "ready", object{"ready": true}, protocol.CodeNotFound, "")
		}},
		{"lobby/a kick of nobody is not found", 0, func(t *T) {
			host := t.guest()
			host.create(object{})
			host.refused(lobby, "kick", object{"user": "nobody"}, protocol.CodeNotFound, "")
		}},
		{"lobby/the host hands over", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			host.got(lobby, "host", object{"user": p.welcome.User})
			p.eventThat(lobby, "state", func(state object) bool { return state["host"] == p.welcome.User })
			host.refused(lobby, "start", nil, protocol.CodeForbidden, "")
		}},
		{"lobby/who is ready is seen to be", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			p.got(lobby, "ready", object{"ready": true})
			host.sees(p, func(m object) bool { return m["ready"] == true })
			p.got(lobby, "ready", object{"ready": false})
			host.sees(p, func(m object) bool { return m["ready"] == false })
		}},
		{"lobby/a rematch before there was a match is out of phase", 0, func(t *T) {
			host := t.guest()
			host.create(object{})
			host.refused(lobby, "rematch", nil, protocol.CodeWrongPhase, "")
		}},
		{"lobby/states are numbered upwards", 0, func(t *T) {
			host := t.guest()
			last := number(host.create(object{})["rev"])
			for _, name := range []string{"a", "b", "c"} {
				host.got(lobby, "settings", object{"name": name})
				rev := number(host.eventThat(lobby, "state", func(state object) bool { return state["name"] == name })["rev"])
				t.check(rev > last, "%d follows %d", rev, last)
				last = rev
			}
		}},
		{"lobby/one that drops keeps its place", 0, func(t *T) {
			host, p, q := t.guest(), t.guest(), t.guest()
			state := host.create(object{"max_players": 2})
			p.join(state)
			p.wire.cut()
			host.sees(p, func(m object) bool { return m["away"] == true })
			q.refused(lobby, "join", object{"code": state["code"]}, protocol.CodeFull, "")
		}},
		{"lobby/a bye gives the place free", 0, func(t *T) {
			host, p, q := t.guest(), t.guest(), t.guest()
			state := host.create(object{"max_players": 2})
			p.join(state)
			host.sees(p, func(object) bool { return true })
			p.send(&protocol.Bye{Kind: protocol.KindBye})
			host.eventThat(lobby, "state", func(state object) bool { return len(members(state)) == 1 })
			q.join(state)
		}},
	}
}

// listed finds a lobby in the list.
func listed(p *peer, id any) object {
	lobbies, _ := p.got(protocol.ChannelLobby, "list", nil)["lobbies"].([]any)
	for _, l := range lobbies {
		if summary, _ := l.(object); summary["id"] == id {
			return summary
		}
	}
	return nil
}

// inUpdate says whether an update of the list has a lobby under a key.
func inUpdate(update object, key string, id any) bool {
	list, _ := update[key].([]any)
	for _, l := range list {
		if summary, ok := l.(object); l == id || ok && summary["id"] == id {
			return true
		}
	}
	return false
}

// number reads an integer of any width.
func number(v any) int64 {
	switch n := v.(type) {
	case int8:
		return int64(n)
	case int16:
		return int64(n)
	case int32:
		return int64(n)
	case int64:
		return n
	case uint8:
		return int64(n)
	case uint16:
		return int64(n)
	case uint32:
		return int64(n)
	case uint64:
		return int64(n)
	}
	return -1
}
