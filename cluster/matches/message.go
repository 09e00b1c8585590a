package matches

import (
	"fmt"

	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Methods of calls and casts.
const (
	methodCreate    = "match/create"    // placer to host
	methodFollow    = "match/follow"    // placer to host
	methodTake      = "match/take"      // host to host
	methodOver      = "match/over"      // host to placer
	methodSeat      = "match/seat"      // cast, placer to host
	methodLeave     = "match/leave"     // likewise
	methodConfigure = "match/configure" // likewise
	methodStop      = "match/stop"      // likewise
	methodMoved     = "match/moved"     // cast, host to placer
)

// change is what every cast of a placer begins with. Term says which Placed speaks, Rev numbers what it says.
type change struct {
	Match string `msgpack:"match"`
	Term  int64  `msgpack:"term"`
	Rev   int64  `msgpack:"rev"`
}

// sitter is who sits in a seat; 0: a spectator.
type sitter struct {
	Seat match.SeatID `msgpack:"seat"`
	User string       `msgpack:"user"`
	Name string       `msgpack:"name"`
}

type seatMessage struct {
	change
	sitter
}

type leaveMessage struct {
	change
	Seat   match.SeatID `msgpack:"seat"`
	User   string       `msgpack:"user"`
	Reason string       `msgpack:"reason"`
}

type configureMessage struct {
	change
	Settings match.Settings `msgpack:"settings"`
}

type stopMessage struct {
	change
	Reason string `msgpack:"reason"`
}

type createRequest struct {
	Match         string         `msgpack:"match"`
	Term          int64          `msgpack:"term"`
	Lobby         string         `msgpack:"lobby"`
	Kind          string         `msgpack:"kind"`
	Settings      match.Settings `msgpack:"settings"`
	MaxPlayers    int            `msgpack:"players"`
	MaxSpectators int            `msgpack:"spectators"`
	After         uint32         `msgpack:"after"`
}

type createAnswer struct {
	Epoch uint32 `msgpack:"epoch"`
}

// followRequest says how everything is. Adopt asks how it is instead: of a Placed that knows nothing yet.
type followRequest struct {
	change
	Adopt    bool           `msgpack:"adopt"`
	Sitters  []sitter       `msgpack:"sitters"`
	Settings match.Settings `msgpack:"settings"` // nil: as they were
	Stop     string         `msgpack:"stop"`     // reason; "": go on
}

type followAnswer struct {
	Epoch      uint32   `msgpack:"epoch"`
	Stale      bool     `msgpack:"stale"` // nothing was done: more has been said since, or by another term
	Term       int64    `msgpack:"term"`  // that counts
	Moved      string   `msgpack:"moved"` // node; "": it is here
	Over       bool     `msgpack:"over"`
	Reason     string   `msgpack:"reason"`
	Data       []byte   `msgpack:"data"`
	Sitters    []sitter `msgpack:"sitters"` // to who adopts
	MaxPlayers int      `msgpack:"players"` // likewise
	MaxWatch   int      `msgpack:"watch"`   // likewise: spectators
	Lobby      string   `msgpack:"lobby"`   // likewise
}

type overMessage struct {
	Match  string `msgpack:"match"`
	Epoch  uint32 `msgpack:"epoch"`
	Reason string `msgpack:"reason"`
	Data   []byte `msgpack:"data"`
	Lost   bool   `msgpack:"lost"` // it has no result: no node can go on with it
}

type movedMessage struct {
	Match string `msgpack:"match"`
	Node  string `msgpack:"node"`
	Epoch uint32 `msgpack:"epoch"`
}

type takeRequest struct {
	Match string `msgpack:"match"`
	Epoch uint32 `msgpack:"epoch"`
}

// entryData is what a match's entry in the directory holds for who resumes it.
type entryData struct {
	Kind          string `msgpack:"kind"`
	MaxPlayers    int    `msgpack:"players"`
	MaxSpectators int    `msgpack:"spectators"`
	LobbyNode     string `msgpack:"node"` // that is told of the match
	Term          int64  `msgpack:"term"`
}

// maxSitters is how many one message can name: those of the largest match and many spectators.
const maxSitters = 4096

// bounds of what nodes say, which is decoded as carefully as what clients say.
var bounds = protocol.Bounds{Bytes: peer.MaxPayload, Depth: 5, Values: 16 * maxSitters}

// decode reads a message. Errors wrap protocol.ErrMalformed.
func decode(payload []byte, into any) error {
	return protocol.DecodeWithin(payload, bounds, into)
}

// refuse is a refusal of a call.
func refuse(code, format string, args ...any) *protocol.Error {
	return protocol.Refuse(code, fmt.Sprintf(format, args...))
}
