package recording

import (
	"strconv"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/tick"
)

// Header is what a recording says of its match before the first tick.
type Header struct {
	match.RecordHead
	Version string    // of the deltatick that wrote it, as its build knew it; may be empty
	Started time.Time // the recording, to the millisecond
}

// headInfo is the part of a header that travels as a map, so that readers in other languages need no positions.
type headInfo struct {
	Version    string         `msgpack:"version"`
	Title      string         `msgpack:"title"`
	Settings   match.Settings `msgpack:"settings"`
	Seed       string         `msgpack:"seed"` // decimal: 64 bits are more than some languages' numbers hold
	MaxPlayers uint16         `msgpack:"max_players"`
	Started    int64          `msgpack:"started"`    // Unix ms
	Codec      string         `msgpack:"codec"`      // of the states
	Players    []headPlayer   `msgpack:"players"`    // at the start
	Checkpoint []byte         `msgpack:"checkpoint"` // or nil
}

type headPlayer struct {
	Seat uint16 `msgpack:"seat"`
	User string `msgpack:"user"`
	Name string `msgpack:"name"`
	Away bool   `msgpack:"away"`
}

// stateCodec is what the states of a recording are written with.
const stateCodec = protocol.CodecPacked

// maxCheckpoint is how many bytes of a checkpoint a head has room for; one that is larger is left out, and the match cannot be made again.
const maxCheckpoint = 6 << 20

// encode is the record [64, info, enter]. The schema travels as in the enter frame of a client, which is embedded as binary.
func (h *Header) encode() []byte {
	info := headInfo{
		Version: h.Version, Title: h.Title, Settings: h.Settings, Seed: strconv.FormatUint(h.Seed, 10),
		MaxPlayers: uint16(h.MaxPlayers), Started: h.Started.UnixMilli(), Codec: stateCodec, Players: []headPlayer{},
	}
	if len(h.Checkpoint) <= maxCheckpoint {
		info.Checkpoint = h.Checkpoint
	}
	if info.Settings == nil {
		info.Settings = match.Settings{}
	}
	for _, p := range h.Players {
		info.Players = append(info.Players, headPlayer{uint16(p.Seat), p.User, p.Name, p.Away})
	}
	c := newComposer()
	c.array(3)
	c.integer(recordHead)
	c.raw(protocol.MustEncode(&info))
	c.bin(protocol.MustEncode(&protocol.Enter{
		Kind: protocol.KindEnter, Epoch: 1, Match: h.Match, Game: h.Game, TickRate: uint32(h.TickRate), Tick: h.Start,
		HashEvery: 1, Tables: h.Schema, Inputs: h.Inputs,
	}))
	return c.buf.Bytes()
}

// readHeader is the reverse of encode, for bytes of anyone's making.
func readHeader(record []byte) (Header, error) {
	p := protocol.NewValueReader()
	p.Reset(record)
	elements := p.Array()
	if elements < 3 {
		return Header{}, damaged("head of %d elements", elements)
	}
	p.Uint32()
	rawInfo, frame := p.Raw(), p.Binary()
	if p.Err() != nil {
		return Header{}, p.Err()
	}
	var info headInfo
	if err := msgpack.Unmarshal(rawInfo, &info); err != nil {
		return Header{}, damaged("head: %v", err)
	}
	if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
		return Header{}, damaged("schema: %v", err)
	}
	enter, err := protocol.NewReader().Enter(frame)
	if err == nil {
		err = protocol.ValidateInputs(enter.Inputs)
	}
	if err != nil {
		return Header{}, damaged("schema: %v", err)
	}
	h := Header{
		RecordHead: match.RecordHead{
			Match: enter.Match, Game: enter.Game, Title: info.Title, Settings: info.Settings, TickRate: int(enter.TickRate),
			MaxPlayers: int(info.MaxPlayers), Schema: enter.Tables, Inputs: enter.Inputs,
			Start: enter.Tick, Checkpoint: info.Checkpoint,
		},
		Version: info.Version, Started: time.UnixMilli(info.Started).UTC(),
	}
	if h.Seed, err = strconv.ParseUint(info.Seed, 10, 64); err != nil {
		return Header{}, damaged("seed %q", info.Seed)
	}
	for _, q := range info.Players {
		if q.Seat < 1 || q.Seat > match.MaxSeats {
			return Header{}, damaged("player in seat %d", q.Seat)
		}
		h.Players = append(h.Players, match.Player{Seat: match.SeatID(q.Seat), User: q.User, Name: q.Name, Away: q.Away})
	}
	return h, h.check(info.Codec)
}

// check refuses numbers that no match has.
func (h *Header) check(codec string) error {
	switch {
	case !protocol.ValidIdent(h.Game):
		return damaged("game %q", h.Game)
	case codec != stateCodec:
		return damaged("states in codec %q", codec)
	case h.TickRate < 1 || h.TickRate > tick.MaxRate:
		return damaged("tick rate %d", h.TickRate)
	case h.MaxPlayers < 1 || h.MaxPlayers > match.MaxSeats:
		return damaged("%d players", h.MaxPlayers)
	case len(h.Players) > h.MaxPlayers:
		return damaged("%d of %d players", len(h.Players), h.MaxPlayers)
	}
	return nil
}
