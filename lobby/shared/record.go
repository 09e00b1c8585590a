package shared

import (
	"errors"
	"fmt"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
)

// recordVersion is the form of a record and of [lobby.Saved] in it. It grows when nodes of older versions could not go on with a lobby that is written so:
// fields that they may ignore need no new one. An entry without a version is of form 1.
const recordVersion = 1

// record is the data of a lobby's entry: what brings it back, as far as it has room.
type record struct {
	Version uint32      `msgpack:"v"`
	Opened  int64       `msgpack:"opened"` // Unix ms
	Saved   lobby.Saved `msgpack:"saved"`
}

// fit encodes a record within [cluster.MaxRecord]. What there is no room for is left out, in this order: chat messages, the oldest first, the last match's
// result, and members' names, which their nodes know. cut says that something was.
func (r record) fit() (data []byte, cut bool) {
	r.Version = recordVersion
	all := r.Saved.Chat
	r.Saved.Chat = nil
	data = encode(&r)
	room := cluster.MaxRecord - len(data) - 8 // for the length of the list
	if room < 0 {
		return r.squeeze(), true
	}
	first := len(all)
	for first > 0 {
		message := encode(&all[first-1])
		if room -= len(message); room < 0 {
			break
		}
		first--
	}
	r.Saved.Chat = all[first:]
	return encode(&r), first > 0
}

// squeeze is for a lobby that is too large without its chat.
func (r record) squeeze() []byte {
	if r.Saved.Result != nil {
		r.Saved.Result = &lobby.Result{Reason: r.Saved.Result.Reason, Data: []byte{0xc0}}
	}
	data := encode(&r)
	if len(data) <= cluster.MaxRecord {
		return data
	}
	members := make([]lobby.SavedMember, len(r.Saved.Members))
	for i, m := range r.Saved.Members {
		m.Name = ""
		members[i] = m
	}
	r.Saved.Members = members
	for data = encode(&r); len(data) > cluster.MaxRecord && len(members) > 0; data = encode(&r) {
		// Those who came last: their node brings them back while the lobby gathers its members.
		members = members[:len(members)*3/4]
		r.Saved.Members = members
	}
	return data
}

// errNewer is what an entry is refused with that a node of a newer version has put.
var errNewer = errors.New("of a newer version")

// parse reads an entry's data. Errors are errNewer, and those of an entry that nobody can read.
func parse(entry cluster.Lobby) (record, error) {
	head, err := decoded[struct {
		Version uint32 `msgpack:"v"`
	}](entry.Data)
	if err != nil {
		return record{}, err
	}
	if head.Version > recordVersion {
		return record{}, fmt.Errorf("entry of lobby %q of form %d, want %d at most: %w", entry.ID, head.Version, recordVersion, errNewer)
	}
	r, err := decoded[record](entry.Data)
	switch {
	case err != nil:
		return r, err
	case r.Saved.ID != entry.ID:
		return r, fmt.Errorf("entry of lobby %q holds %q", entry.ID, r.Saved.ID)
	case len(r.Saved.Members) == 0:
		return r, fmt.Errorf("entry of lobby %q has no members", entry.ID)
	}
	return r, nil
}

// users are the members by user id.
func (r *record) users() []string {
	users := make([]string, len(r.Saved.Members))
	for i, m := range r.Saved.Members {
		users[i] = m.User
	}
	return users
}
