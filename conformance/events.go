package conformance

import "github.com/deltatick/deltatick/protocol"

func eventCases() []Case {
	return []Case{
		{"event/they are numbered from 1, without a gap", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			for _, name := range []string{"a", "b", "c", "d"} {
				p.got(protocol.ChannelLobby, "settings", object{"name": name})
				p.eventThat(protocol.ChannelLobby, "state", func(state object) bool { return state["name"] == name })
			}
			t.check(p.seq >= 4, "%d events came", p.seq) // and count has checked their numbers
		}},
		{"event/outside a match they belong to tick 0", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			p.await("event", func(a arrival) bool {
				if a.kind != protocol.KindEvent {
					return false
				}
				e, err := p.decoder().Event(a.frame)
				t.must(err, "event")
				t.check(e.Tick == 0, "tick %d", e.Tick)
				return true
			})
		}},
	}
}
