package session

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// maxOrigin bounds an origin as bytes, so that its token fits in [protocol.MaxTokenBytes]; maxRoles and the rest bound what is in it.
const (
	maxOrigin = protocol.MaxTokenBytes*3/4 - tokenBytes
	maxRoles  = 64
)

// wireOrigin is an origin as it travels.
type wireOrigin struct {
	_msgpack struct{} `msgpack:",as_array"`

	Node       string
	User, Name string
	Roles      []string
	Expires    int64 // Unix ms; 0: never
	Issued     int64 // Unix s
}

func (o *origin) encode() []byte {
	w := wireOrigin{Node: o.node, User: o.who.User, Name: o.who.Name, Roles: append([]string{}, o.who.Roles...), Issued: o.issued.Unix()}
	if !o.who.Expires.IsZero() {
		w.Expires = o.who.Expires.UnixMilli()
	}
	return protocol.MustEncode(&w)
}

// decodeOrigin reads what has been signed.
func decodeOrigin(b []byte) (*origin, error) {
	r := protocol.NewValueReader()
	r.Reset(b)
	if r.Array() != 6 {
		r.Fail("six elements expected")
	}
	o := &origin{node: r.String(maxOrigin)}
	o.who.User, o.who.Name = r.String(maxOrigin), r.String(maxOrigin)
	if n := r.Array(); n > maxRoles {
		r.Fail("%d roles", n)
	} else {
		for range n {
			o.who.Roles = append(o.who.Roles, r.String(maxOrigin))
		}
	}
	if ms := r.Integer(0, maxMilli); ms > 0 {
		o.who.Expires = time.UnixMilli(ms)
	}
	o.issued = time.Unix(r.Integer(0, maxMilli/1000), 0)
	return o, r.Err()
}

// maxMilli is the largest integer that every client of the protocol can hold, in ms the year 287396.
const maxMilli = 1<<53 - 1

// originOf is what goes into a token for the session; nil where hubs are alone, and where a user has so many roles that the token would be too long: a
// session of theirs stays at its hub.
func (h *Hub) originOf(who Identity) *origin {
	if h.cfg.Elsewhere == nil || len(who.Roles) > maxRoles {
		return nil
	}
	o := &origin{h.cfg.Node, h.cfg.Now(), who}
	if len(o.encode()) > maxOrigin {
		return nil
	}
	return o
}
