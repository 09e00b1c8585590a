package session

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

import (
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

// Carried is a session on its way from one hub to another.
type Carried struct {
	_msgpack struct{} `msgpack:",as_array"`

	Version byte // carriedVersion

	// Moved is the node that the session has gone to already; nothing else is in it then.
	Moved string

	Session    string // its id
	User, Name string
	Roles      []string
	Expires    int64 // of the credentials, Unix ms; 0: never

	Generation uint32 // of the newest token: those of the new hub go on from it

	Last    uint32         // number of the newest event
	Kept    [][]byte       // frames of the newest events, those that the client has not handled
	Taken   uint32         // number of the client's newest event that was handled
	Replies []CarriedReply // to requests that run once, oldest first
	GivenUp uint32         // highest request id whose reply is kept no more
	House   []byte         // what the house of the old hub has for that of the new one: see [Carrier]
	Missing bool           // events may be that are not in it, nobody knows how many
}

// CarriedReply is the kept reply to a request.
type CarriedReply struct {
	_msgpack struct{} `msgpack:",as_array"`

	ID    uint32
	Frame []byte
}

const (
	carriedVersion = 1
	// MaxCarried bounds a session on its way, in bytes: above what its kept events and replies can be by default.
	MaxCarried = 1 << 20
	// maxCarriedValues is above what it has of them: one for each event, three for each reply.
	maxCarriedValues = 1 << 14
)

// Encode makes bytes of it, for [DecodeCarried].
func (c *Carried) Encode() []byte {
	c.Version = carriedVersion
	return protocol.MustEncode(c)
}

// DecodeCarried reads what a hub of this service has encoded. Errors wrap protocol.ErrMalformed.
func DecodeCarried(b []byte) (c Carried, err error) {
	if _, err := protocol.Check(b, protocol.Bounds{Bytes: MaxCarried, Depth: protocol.MaxDepth, Values: maxCarriedValues}); err != nil {
		return c, err
	}
	if err := protocol.Decode(b, &c); err != nil {
		return c, err
	}
	if c.Version != carriedVersion || len(c.Kept) > int(c.Last) {
		return c, fmt.Errorf("%w: version %d, %d events kept of %d", protocol.ErrMalformed, c.Version, len(c.Kept), c.Last)
	}
	return c, nil
}
