package simulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/invariant"
)

// Sends has the bots of a group send events of their own on a channel of the game's, and hear each other's, so that the server can be held to its promise: each is
// handled once and in order, and is heard by everybody who is to hear it, once and in order (invariant events). For that the channel has
//
//   - a request Enter {room}, which lets the session into a room: each bot asks for that which has the id of its lobby;
//   - an event Event {room, from, n}, which the game sends on to everybody in the room, the sender included, as the event Heard with the same payload.
//
// That is five lines of Go (docs/simulator.md), which the test channel of cmd/server -dev has as well. The zero value of a field is the default that it names.
type Sends struct {
	Every   time.Duration // each bot sends one about that often, 200 ms or more; 0: none
	Channel string        // default "conformance"
	Enter   string        // default "enter"
	Event   string        // default "call"
	Heard   string        // default "called"
}

// minSends keeps bots far below the 20 events a second that a server takes (docs/sessions.md, Limits).
const minSends = 200 * time.Millisecond

func (s Sends) withDefaults() (Sends, error) {
	if s.Every == 0 && s != (Sends{}) || s.Every != 0 && s.Every < minSends {
		return s, fmt.Errorf("sends: about every %v, want %v or more", s.Every, minSends)
	}
	s.Channel, s.Enter = cmp.Or(s.Channel, "conformance"), cmp.Or(s.Enter, "enter")
	s.Event, s.Heard = cmp.Or(s.Event, "call"), cmp.Or(s.Heard, "called")
	for _, name := range []string{s.Channel, s.Enter, s.Event, s.Heard} {
		if !protocol.ValidIdent(name) {
			return s, fmt.Errorf("sends: %q is no name of a channel, a request or an event", name)
		}
	}
	return s, nil
}

// call is the payload of an event of a bot's own.
type call struct {
	Room string `msgpack:"room"`
	From string `msgpack:"from"` // of each connection that sends, since what one has not brought over dies with it
	N    uint32 `msgpack:"n"`
}

// keptCalls is for how many calls back it is remembered when they were made; a client keeps 256 that are not acknowledged.
const keptCalls = 512

// calls is what a connection has sent.
type calls struct {
	from string
	made [keptCalls]invariant.Call // by number
}

// send sends events of the bot's own until ctx ends, and notes which are acknowledged.
func (v *visit) send(ctx context.Context) {
	rng := v.rand(forSending)
	sends := v.crowd.Sends
	if !v.request(ctx, protocol.ChannelSession, "open", map[string]string{"channel": sends.Channel}) {
		return
	}
	room := ""
	for n := uint32(1); sleep(ctx, about(sends.Every, rng)); v.noteCalls() {
		lobby := v.client.Lobby().State()
		if lobby == nil {
			continue
		}
		if lobby.ID != room {
			if !v.request(ctx, sends.Channel, sends.Enter, map[string]string{"room": lobby.ID}) {
				return
			}
			room = lobby.ID
			v.senses.listener.Enter(room, time.Now())
		}
		v.calls.made[n%keptCalls] = invariant.Call{From: v.calls.from, Room: room, Number: n, Made: time.Now()}
		switch err := v.client.Send(sends.Channel, sends.Event, call{Room: room, From: v.calls.from, N: n}); {
		case err == nil:
			n++
		case !errors.Is(err, client.ErrFull): // that one: it is away, and waits
			return
		}
	}
}

// request asks again over the next socket when one is lost. It reports whether it was granted.
func (v *visit) request(ctx context.Context, channel, name string, payload any) bool {
	for {
		err := v.client.Call(ctx, channel, name, payload, nil)
		var refused *protocol.Error
		switch {
		case err == nil:
			return true
		case errors.As(err, &refused):
			v.tally.fail(FailedSending, "%v", err)
			return false
		case ctx.Err() != nil || !errors.Is(err, client.ErrOffline):
			return false
		}
	}
}

// noteCalls tells the accounts up to which call the server has acknowledged.
func (v *visit) noteCalls() {
	s := v.client.Stats()
	if n := uint32(s.Sends) - uint32(s.Unhandled) - uint32(s.Abandoned); n > 0 {
		v.guard.calls.Acknowledged(v.calls.made[n%keptCalls])
	}
}

// sawCall looks at an event that might be a call.
func (v *visit) sawCall(ev protocol.Event) {
	if sends := v.crowd.Sends; sends.Every == 0 || ev.Channel != sends.Channel || ev.Name != sends.Heard {
		return
	}
	var c call
	if err := protocol.Decode(ev.Payload, &c); err != nil {
		v.tally.fail(FailedSending, "what was heard is no call: %v", err)
		return
	}
	v.tally.called.Add(1)
	v.senses.listener.Heard(c.From, c.N)
}
