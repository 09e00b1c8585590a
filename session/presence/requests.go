package presence

import (
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5/msgpcode"

	"github.com/deltatick/deltatick/protocol"
)

// Reply answers every request of the channel "presence".
type Reply struct {
	Users []Presence `msgpack:"users"`
}

// Request does what a session's client asked for on the channel "presence" (docs/PROTOCOL.md, section 4.7). The payload has passed
// protocol.Check as part of its frame, or is empty. What is refused is refused with a [*protocol.Error], and then nothing was done.
func (r *Registry) Request(m Member, name string, payload []byte) (Reply, error) {
	users, err := r.request(m, name, payload)
	var refused *protocol.Error
	if errors.As(err, &refused) {
		r.cfg.Counters.refused(refused.Code)
	}
	if err != nil {
		return Reply{}, err
	}
	return Reply{users}, nil
}

func (r *Registry) request(m Member, name string, payload []byte) ([]Presence, error) {
	q, err := readQuery(payload)
	if err != nil {
		return nil, err
	}
	switch name {
	case "watch":
		return r.requestWatch(m, q)
	case "unwatch":
		return r.requestUnwatch(m, q)
	case "set":
		if q.away == nil {
			return nil, protocol.RefuseField("away", "is missing")
		}
		own, err := r.SetAway(m, *q.away)
		return []Presence{own}, err
	}
	return nil, protocol.Refuse(protocol.CodeUnknownRequest, "the channel presence has no such request")
}

func (r *Registry) requestWatch(m Member, q query) ([]Presence, error) {
	if q.users == nil && q.lobby == nil {
		return nil, protocol.RefuseField("users", "users or lobby is missing")
	}
	all, err := r.Watch(m, q.users)
	if err != nil || q.lobby == nil || !*q.lobby {
		return all, err
	}
	company, err := r.Follow(m, true)
	return append(all, company...), err
}

// requestUnwatch without fields ends everything.
func (r *Registry) requestUnwatch(m Member, q query) ([]Presence, error) {
	if q.users == nil && q.lobby == nil {
		r.UnwatchAll(m)
		return []Presence{}, nil
	}
	r.Unwatch(m, q.users)
	if q.lobby != nil && *q.lobby {
		return r.Follow(m, false)
	}
	return []Presence{}, nil
}

// query is the fields of all requests; nil: not given.
type query struct {
	users []string
	lobby *bool
	away  *bool
}

// readQuery takes none, nil, or a map.
func readQuery(payload []byte) (q query, err error) {
	if isNil(payload) {
		return q, nil
	}
	var raw map[string]protocol.Raw
	if protocol.Decode(payload, &raw) != nil {
		return q, protocol.RefuseField("", "the payload must be a map or nil")
	}
	if q.lobby, err = readFlag(raw, "lobby"); err != nil {
		return q, err
	}
	if q.away, err = readFlag(raw, "away"); err != nil {
		return q, err
	}
	q.users, err = readUsers(raw["users"])
	return q, err
}

func readFlag(raw map[string]protocol.Raw, name string) (*bool, error) {
	v := raw[name]
	switch {
	case isNil(v):
		return nil, nil
	case v[0] != msgpcode.True && v[0] != msgpcode.False:
		return nil, protocol.RefuseField(name, "want true or false")
	}
	flag := v[0] == msgpcode.True
	return &flag, nil
}

// readUsers checks that all are strings: the library would take bytes as well.
func readUsers(raw protocol.Raw) ([]string, error) {
	if isNil(raw) {
		return nil, nil
	}
	wrong := protocol.RefuseField("users", "want a list of ids")
	var items []protocol.Raw
	if protocol.Decode(raw, &items) != nil {
		return nil, wrong
	}
	users := make([]string, len(items))
	for i, item := range items {
		if isNil(item) || !msgpcode.IsString(item[0]) || protocol.Decode(item, &users[i]) != nil {
			return nil, wrong
		}
	}
	return users, nil
}

func isNil(raw []byte) bool { return len(raw) == 0 || raw[0] == msgpcode.Nil }

// fullf returns the interface, so that no typed nil can come of it.
func fullf(format string, args ...any) error {
	return protocol.Refuse(protocol.CodeFull, fmt.Sprintf(format, args...))
}
