package shared

//lint:file-ignore U1000 msgpack finds the _msgpack fields by reflection: they make a struct travel as an array.

import (
	"math"

	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
)

// What nodes say to each other about lobbies: calls to the owner of a lobby, and casts, which are marked.
const (
	callJoin    = "lobby/join"    // joining -> joined
	callRequest = "lobby/request" // asking -> the reply, encoded; nothing for none
	callLeave   = "lobby/leave"   // leaving
	callAttach  = "lobby/attach"  // attaching -> attached
	callHas     = "lobby/has"     // having -> nothing, or refused with not-found
	callOversee = "lobby/oversee" // overseeing
	callTake    = "lobby/take"    // taking, to who is to be the owner

	castEmit  = "lobby/emit"  // emission, of the owner
	castSeat  = "lobby/seat"  // seating, likewise
	castOut   = "lobby/out"   // parting, likewise
	castMoved = "lobby/moved" // moving, of the last owner
	castAway  = "lobby/away"  // straying, to the owner
	castStray = "lobby/stray" // leaving, likewise: what was sent is for nobody here
)

// codeMoved is what a node answers with that does not own the lobby, and codeUnattached the owner to a member's request when it does not know
// the member. Clients never see them.
const (
	codeMoved      = "moved"
	codeUnattached = "unattached"
)

// A ref names one stay of one member in a lobby: those of a node grow, over its restarts too, and stay below 2^53.
type ref = uint64

type joining struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby      string
	Epoch      uint32 // the caller knows of
	Ref        ref
	User, Name string
	ID, Code   string // as in lobby.JoinOptions
	Spectate   bool
}

type joined struct {
	_msgpack struct{} `msgpack:",as_array"`

	Epoch uint32
	Role  string
	Said  uint32 // chat messages before
	Reply []byte // encoded lobby.LobbyReply
}

type asking struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby         string
	Epoch         uint32
	Ref           ref
	Channel, Name string
	Payload       []byte
	Wait          uint32 // ms that the caller waits
}

type leaving struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby string
	Ref   ref
	Why   lobby.Departure
}

type having struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby, User string
}

type attaching struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby  string
	Epoch  uint32
	Upto   ref  // members of this node up to it that are not in Guests have left
	Fresh  bool // some of what was sent may be lost
	Take   bool // of one member, whose session has come from another node
	Guests []attachment
}

type attachment struct {
	_msgpack struct{} `msgpack:",as_array"`

	Ref              ref
	User, Name, Role string
	Away             bool
	AwaySeq          uint32
	Said             uint32 // newest chat message that has arrived; saidUnknown: that is not known
	Take             bool   // also from another node that has the member: its session has come from there, and no owner that was sure to have the lobby knows it
	Only             string // with Take: only from that node, or from one where the member is away or out of reach; "": from any
}

// saidUnknown is for a member whose session was made anew: what was said before is not told, and the first message that comes is news.
const saidUnknown = math.MaxUint32

type attached struct {
	_msgpack struct{} `msgpack:",as_array"`

	Epoch   uint32
	Members []attachedMember
	Sure    bool // the owner had the lobby then, and what it has noted holds
}

type attachedMember struct {
	_msgpack struct{} `msgpack:",as_array"`

	Ref  ref
	In   bool
	Why  string // not in: the reason to tell; "" when another session of the user is in instead
	Role string
	Seat seat
	Said uint32 // newest chat message when the member was attached; what came later is told
}

// seat is what a member holds in a match; Match "": nothing. Of two of one epoch the one with the higher Seq is newer.
type seat struct {
	_msgpack struct{} `msgpack:",as_array"`

	Seq    uint32
	Match  string
	Number uint16
}

type overseeing struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby string
	Verb  string // "close" or "stop"
}

type taking struct {
	_msgpack struct{} `msgpack:",as_array"`

	Epoch   uint32
	Opened  int64
	Saved   lobby.Saved
	Version uint32 // of the form of Saved: recordVersion of who gives it
}

type emission struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby         string
	Epoch         uint32
	Ref           ref
	Channel, Name string
	Payload       []byte
	Tick          uint32
}

type seating struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby string
	Epoch uint32
	Ref   ref
	Seat  seat
}

type parting struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby string
	Epoch uint32
	Ref   ref
}

type moving struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby string
	Epoch uint32
	Node  string
}

type straying struct {
	_msgpack struct{} `msgpack:",as_array"`

	Lobby string
	Ref   ref
	Away  bool
	Seq   uint32
}

func encode(v any) []byte { return protocol.MustEncode(v) }

// bounds of what other nodes say and have put, which is decoded as carefully as what clients say. A match's result is as deep as a frame has room for, three
// levels down, and may be all small values.
var bounds = protocol.Bounds{Bytes: peer.MaxPayload, Depth: protocol.MaxDepth, Values: 2 * protocol.MaxPayload}

// decoded reads what a peer said. Errors wrap protocol.ErrMalformed.
func decoded[T any](payload []byte) (v T, err error) {
	err = protocol.DecodeWithin(payload, bounds, &v)
	return v, err
}

var (
	errMoved      = protocol.Refuse(codeMoved, "this node does not have the lobby")
	errUnattached = protocol.Refuse(codeUnattached, "this member is not known")

	errAlready     = protocol.Refuse(protocol.CodeAlready, "you are in a lobby already: leave it first")
	errNoLobby     = protocol.Refuse(protocol.CodeNotFound, "there is no such lobby")
	errDraining    = protocol.Refuse(protocol.CodeUnavailable, "the server is draining")
	errUnavailable = protocol.Refuse(protocol.CodeUnavailable, "the lobby cannot be reached at the moment: try again")
	errFull        = protocol.Refuse(protocol.CodeFull, "all places are taken")
)
