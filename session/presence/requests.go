package presence

import (
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

// Reply answers every request of the channel "presence".
type Reply struct {
	Users []Presence `msgpack:"users"`
}

// The payloads of requests: what is nil was not given.
type (
	watching struct {
		Users []string `msgpack:"users,omitempty"`
		Lobby *bool    `msgpack:"lobby"`
	}
	setting struct {
		Away bool `msgpack:"away"`
	}
)

// Request does what a session's client asked for on the channel "presence" (docs/PROTOCOL.md, section 4.7). The payload has passed
// protocol.Check as part of its frame, or is empty. What is refused is refused with a [*protocol.Error], and then nothing was done.
func (r *Registry) Request(m Member, name string, payload []byte) (Reply, error) {
	users, err := r.request(m, name, payload)
	if err != nil {
		r.cfg.Counters.refusals.Count(err)
		return Reply{}, err
	}
	return Reply{users}, nil
}

func (r *Registry) request(m Member, name string, payload []byte) ([]Presence, error) {
	var q watching
	switch name {
	case "watch":
		if err := protocol.DecodePayload(payload, &q); err != nil {
			return nil, err
		}
		return r.requestWatch(m, q)
	case "unwatch":
		if err := protocol.DecodePayload(payload, &q); err != nil {
			return nil, err
		}
		return r.requestUnwatch(m, q)
	case "set":
		var p setting
		if err := protocol.DecodePayload(payload, &p); err != nil {
			return nil, err
		}
		own, err := r.SetAway(m, p.Away)
		return []Presence{own}, err
	}
	return nil, protocol.Refuse(protocol.CodeUnknownRequest, "the channel presence has no such request")
}

func (r *Registry) requestWatch(m Member, q watching) ([]Presence, error) {
	if q.Users == nil && q.Lobby == nil {
		return nil, protocol.RefuseField("users", "users or lobby is missing")
	}
	all, err := r.Watch(m, q.Users)
	if err != nil || !q.lobby() {
		return all, err
	}
	company, err := r.Follow(m, true)
	return append(all, company...), err
}

// requestUnwatch without fields ends everything.
func (r *Registry) requestUnwatch(m Member, q watching) ([]Presence, error) {
	if q.Users == nil && q.Lobby == nil {
		r.UnwatchAll(m)
		return []Presence{}, nil
	}
	r.Unwatch(m, q.Users)
	if q.lobby() {
		return r.Follow(m, false)
	}
	return []Presence{}, nil
}

func (q watching) lobby() bool { return q.Lobby != nil && *q.Lobby }

// fullf returns the interface, so that no typed nil can come of it.
func fullf(format string, args ...any) error {
	return protocol.Refuse(protocol.CodeFull, fmt.Sprintf(format, args...))
}
