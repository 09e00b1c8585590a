package protocol_test

import (
	"bytes"
	"encoding/hex"
	"hash/crc32"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// frameVector is a frame as bytes and as its meaning.
type frameVector struct {
	Name      string `json:"name"`
	From      string `json:"from"` // "client" or "server"
	Kind      string `json:"kind"`
	Canonical bool   `json:"canonical"` // whether a sender writes it in exactly these bytes
	Hex       string `json:"hex"`
	Value     list   `json:"value"` // positional, the kind first

	frame any // the same as the code's own struct, where it has one
}

func frameVectors(t testing.TB) []frameVector {
	vectors := append(clientFrames(), serverFrames()...)
	vectors = append(vectors, snapshotFrames(t)...)
	for i := range vectors {
		v := &vectors[i]
		kind := protocol.Kind(v.Value[0].(int))
		v.Kind, v.From = kind.String(), "client"
		if kind >= protocol.KindWelcome {
			v.From = "server"
		}
		if v.Hex == "" {
			v.Hex, v.Canonical = hexOf(v.Value), true
		}
		v.Hex = strings.ReplaceAll(v.Hex, " ", "")
	}
	return vectors
}

func clientFrames() []frameVector {
	token := strings.Repeat("k3-", 100)
	every := object{
		{"ints", list{0, 127, 128, 255, 256, 65535, 65536, math.MaxUint32, 1 << 32, 1<<53 - 1}},
		{"negative", list{-1, -32, -33, -128, -129, -32768, -32769, math.MinInt32, math.MinInt32 - 1, 1 - 1<<53}},
		{"floats", list{float(1.5), float(-0.1), float(math.Inf(-1)), float(math.NaN()), float(1e300)}},
		{"bytes", bin{0, 255, 16}}, {"empty", bin{}}, {"none", nil}, {"yes", true}, {"no", false},
		{"text", "grün 日本 🚀"}, {"long", strings.Repeat("x", 32)}, {"list", list{}}, {"map", object{}}, {"", object{{"é", list{list{1}}}}},
	}
	return []frameVector{
		{Name: "hello of a guest", Value: list{1, 1, "docs/1", list{"mp"}, list{"guest", "Ada"}, nil},
			frame: protocol.Hello{Kind: 1, Version: 1, Client: "docs/1", Codecs: []string{"mp"}, Auth: []string{"guest", "Ada"}}},
		{Name: "hello with a resume token", Value: list{1, 1, "js/0.1", list{"packed", "mp"}, list{}, list{token, 4000000000}},
			frame: protocol.Hello{Kind: 1, Version: 1, Client: "js/0.1", Codecs: []string{"packed", "mp"},
				Resume: &protocol.Resume{Token: token, Seq: 4000000000}}},
		{Name: "hello, no event handled yet, empty and non-ASCII strings", Value: list{1, 1, "", list{"mp"}, list{"guest", "日本 🚀"}, list{"t", 0}},
			frame: protocol.Hello{Kind: 1, Version: 1, Codecs: []string{"mp"}, Auth: []string{"guest", "日本 🚀"}, Resume: &protocol.Resume{Token: "t"}}},
		{Name: "hello of a version to come, with an extra element",
			Value: list{1, math.MaxUint32, "x", list{"mp"}, list{"guest", ""}, nil, object{{"more", 1}}},
			Hex:   "97 01 ceffffffff a178 91 a26d70 92 a56775657374 a0 c0 81 a46d6f7265 01"},
		{Name: "request without payload", Value: list{2, 1, "lobby", "list", nil},
			frame: protocol.Request{Kind: 2, ID: 1, Channel: "lobby", Name: "list"}},
		{Name: "request that wants no reply", Value: list{2, 0, "lobby", "ready", object{{"ready", true}}},
			frame: protocol.Request{Kind: 2, Channel: "lobby", Name: "ready", Payload: unhex("81 a57265616479 c3")}},
		{Name: "request with every kind of value", Value: list{2, math.MaxUint32, "game.a-b_9", strings.Repeat("n", 64), every}},
		{Name: "input without fields", Value: list{3, 1, 61, 58, list{}}},
		{Name: "input at the ends of its range", Value: list{3, 2, math.MaxUint32, 0, list{0, 1, -1, math.MaxInt32, math.MinInt32}}},
		{Name: "input with sixteen fields", Value: list{3, 1, 300, 298, list{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}},
		{Name: "input that says what was seen", Value: list{3, 1, 300, 298, list{1, -1}, 292}},
		{Name: "input in wider integers than needed", Value: list{3, 1, 2, 3, list{4, -5, 6, -7}},
			Hex: "95 03 cc01 cd0002 ce00000003 94 cf0000000000000004 d0fb d10006 d3fffffffffffffff9"},
		{Name: "ack", Value: list{4, 1, 59}, frame: protocol.Ack{Kind: 4, Epoch: 1, Tick: 59}},
		{Name: "ack in signed integers, array 16", Value: list{4, 1, 2}, Hex: "dc0003 04 d001 d200000002"},
		{Name: "ping", Value: list{5, 12345, 7}, frame: protocol.Ping{Kind: 5, Time: 12345, Seq: 7}},
		{Name: "ping of a far time", Value: list{5, 1<<53 - 1, 0}, frame: protocol.Ping{Kind: 5, Time: 1<<53 - 1}},
		{Name: "ping of the farthest time", Value: list{5, 1 << 53, 0}, Hex: "93 05 cf0020000000000000 00"},
		{Name: "request with -2^53", Value: list{2, 1, "a", "b", -1 << 53}, Hex: "95 02 01 a161 a162 d3ffe0000000000000"},
		{Name: "resync: hash differs", Value: list{6, 1, 1}, frame: protocol.Resync{Kind: 6, Epoch: 1, Reason: protocol.ResyncHash}},
		{Name: "resync: baseline missing", Value: list{6, 1, 2}, frame: protocol.Resync{Kind: 6, Epoch: 1, Reason: protocol.ResyncBaseline}},
		{Name: "resync: body undecodable", Value: list{6, 1, 3}, frame: protocol.Resync{Kind: 6, Epoch: 1, Reason: protocol.ResyncBody}},
		{Name: "resync: asked for", Value: list{6, 70000, 4}, frame: protocol.Resync{Kind: 6, Epoch: 70000, Reason: protocol.ResyncAsked}},
		{Name: "request to be run once", Value: list{2, 9, "shop", "buy", object{{"id", 3}}, true, 5000},
			frame: protocol.Request{Kind: 2, ID: 9, Channel: "shop", Name: "buy", Payload: unhex("81 a26964 03"), Once: true, Within: 5000}},
		{Name: "request with a deadline", Value: list{2, 10, "a", "b", nil, false, math.MaxUint32},
			frame: protocol.Request{Kind: 2, ID: 10, Channel: "a", Name: "b", Within: math.MaxUint32}},
		{Name: "request that says once and no more", Value: list{2, 10, "a", "b", nil, true}, Hex: "96 02 0a a161 a162 c0 c3",
			frame: protocol.Request{Kind: 2, ID: 10, Channel: "a", Name: "b", Once: true}},
		{Name: "request with an element beyond the deadline", Value: list{2, 10, "a", "b", nil, false, 7, "later"},
			Hex: "98 02 0a a161 a162 c0 c2 07 a56c61746572", frame: protocol.Request{Kind: 2, ID: 10, Channel: "a", Name: "b", Within: 7}},
		{Name: "bye", Value: list{7}, frame: protocol.Bye{Kind: 7}},
		{Name: "bye with an extra element", Value: list{7, nil}, Hex: "92 07 c0"},
		{Name: "send", Value: list{8, 1, "chat", "say", object{{"text", "grün"}}},
			frame: protocol.Send{Kind: 8, Seq: 1, Channel: "chat", Name: "say", Payload: unhex("81 a474657874 a56772c3bc6e")}},
		{Name: "send without payload, the last number", Value: list{8, math.MaxUint32, "a", "b", nil},
			frame: protocol.Send{Kind: 8, Seq: math.MaxUint32, Channel: "a", Name: "b"}},
		{Name: "send with an extra element", Value: list{8, 2, "a", "b", nil, true}, Hex: "96 08 02 a161 a162 c0 c3"},
		{Name: "answer", Value: list{9, 1, nil, object{{"yes", true}}},
			frame: protocol.Answer{Kind: 9, ID: 1, Payload: unhex("81 a3796573 c3")}},
		{Name: "answer that refuses", Value: list{9, math.MaxUint32, list{"unknown-request", "", "no such thing"}, nil},
			frame: protocol.Answer{Kind: 9, ID: math.MaxUint32, Error: protocol.Refuse(protocol.CodeUnknownRequest, "no such thing")}},
		{Name: "answer with extra elements", Value: list{9, 2, list{"a", "b", "c", 1}, nil, nil}, Hex: "95 09 02 94 a161 a162 a163 01 c0 c0",
			frame: protocol.Answer{Kind: 9, ID: 2, Error: &protocol.Error{Code: "a", Field: "b", Message: "c"}}},
		{Name: "upload", Value: list{10, 1, "avatars", "avatar", 12345, "image/png"},
			frame: protocol.Offer{Kind: 10, ID: 1, Channel: "avatars", Name: "avatar", Size: 12345, Type: "image/png"}},
		{Name: "upload as large as can be, with an extra element", Value: list{10, math.MaxUint32, "a", "b", 1 << 53, "", nil},
			Hex:   "97 0a ceffffffff a161 a162 cf0020000000000000 a0 c0",
			frame: protocol.Offer{Kind: 10, ID: math.MaxUint32, Channel: "a", Name: "b", Size: 1 << 53}},
		{Name: "upload chunk, the first", Value: list{11, 1, 0, crcOf("hello"), bin("hello")},
			frame: protocol.Chunk{Kind: 11, ID: 1, Sum: crcOf("hello"), Data: []byte("hello")}},
		{Name: "upload chunk of most bytes", Value: list{11, 1, 8192, 0, bin(strings.Repeat("x", 8192))},
			frame: protocol.Chunk{Kind: 11, ID: 1, Offset: 8192, Data: []byte(strings.Repeat("x", 8192))}},
		{Name: "upload chunk with a longer header than needed, and an extra element", Value: list{11, 2, 1, 7, bin("x"), 1},
			Hex: "96 0b 02 01 07 c600000001 78 01", frame: protocol.Chunk{Kind: 11, ID: 2, Offset: 1, Sum: 7, Data: []byte("x")}},
		{Name: "upload chunk that gives up", Value: list{11, 3, 8192, 0, nil}, frame: protocol.Chunk{Kind: 11, ID: 3, Offset: 8192}},
		{Name: "download progress", Value: list{12, 1, 8192, 73728, false, nil},
			frame: protocol.Progress{Kind: 12, ID: 1, Offset: 8192, Limit: 73728}},
		{Name: "download progress: all is there", Value: list{12, 1, 12345, 12345, true, nil},
			frame: protocol.Progress{Kind: 12, ID: 1, Offset: 12345, Limit: 12345, Done: true}},
		{Name: "download progress that refuses, with an extra element", Value: list{12, 2, 0, 0, true, list{"not-found", "", "no"}, nil},
			Hex:   "97 0c 02 00 00 c3 93 a96e6f742d666f756e64 a0 a26e6f c0",
			frame: protocol.Progress{Kind: 12, ID: 2, Done: true, Error: protocol.Refuse(protocol.CodeNotFound, "no")}},
		{Name: "frame of a kind to come, from a client", Value: list{15, list{1}}, Hex: "92 0f 91 01"},
	}
}

func serverFrames() []frameVector {
	state := object{{"id", "l1"}, {"members", list{object{{"user", "u1"}, {"name", "Ada"}, {"seat", 1}}}}, {"result", nil}}
	oddly := protocol.Fields{
		{Name: "alive", Kind: protocol.FieldBool}, {Name: "hp", Kind: protocol.FieldInt, Min: -5, Max: 255},
		{Name: "x", Kind: protocol.FieldFixed, Offset: -1000, Step: 0.01, Max: 200000}, {Name: "heading", Kind: protocol.FieldAngle, Bits: 10},
		{Name: "raw", Kind: protocol.FieldFloat32}, {Name: "größe", Kind: protocol.FieldString, MaxBytes: 255},
	}
	oddlySaid := list{list{"alive", 0}, list{"hp", 1, -5, 255}, list{"x", 2, float(-1000), float(0.01), 0, 200000}, list{"heading", 3, 10},
		list{"raw", 4}, list{"größe", 5, 255}}
	return []frameVector{
		{Name: "welcome", Value: list{16, 1, "s-1", "u-1", "Ada", "token", false, "mp", 1000, 60000, 16384, 0, "node-1", 0, 0},
			frame: protocol.Welcome{Kind: 16, Version: 1, Session: "s-1", User: "u-1", Name: "Ada", Token: "token", Codec: "mp",
				PingEvery: 1000, Grace: 60000, MaxFrame: 16384, Server: "node-1"}},
		{Name: "welcome back, events lost", Value: list{16, 1, "s", "u", "日本", strings.Repeat("t", 512), true, "mp", 1000, 0, 65536, math.MaxUint32, "", 7, 1767225600000},
			frame: protocol.Welcome{Kind: 16, Version: 1, Session: "s", User: "u", Name: "日本", Token: strings.Repeat("t", 512), Resumed: true,
				Codec: "mp", PingEvery: 1000, MaxFrame: 65536, Lost: math.MaxUint32, Taken: 7, Expires: 1767225600000}},
		{Name: "welcome with an extra element", Value: list{16, 1, "s", "u", "n", "t", false, "mp", 1, 2, 3, 4, "x", 5, 6, list{}},
			Hex: "dc0010 10 01 a173 a175 a16e a174 c2 a26d70 01 02 03 04 a178 05 06 90"},
		{Name: "welcome of an earlier server", Value: list{16, 1, "s", "u", "n", "t", false, "mp", 1, 2, 3, 4, "x"},
			Hex: "9d 10 01 a173 a175 a16e a174 c2 a26d70 01 02 03 04 a178",
			frame: protocol.Welcome{Kind: 16, Version: 1, Session: "s", User: "u", Name: "n", Token: "t", Codec: "mp",
				PingEvery: 1, Grace: 2, MaxFrame: 3, Lost: 4, Server: "x"}},
		{Name: "reply with nothing", Value: list{17, 1, nil, nil}, frame: protocol.Reply{Kind: 17, ID: 1}},
		{Name: "reply with a payload", Value: list{17, 300, nil, state}},
		{Name: "reply with an error about a field", Value: list{17, 2, list{"bad-payload", "name", "too long"}, nil},
			frame: protocol.Reply{Kind: 17, ID: 2, Error: protocol.RefuseField("name", "too long")}},
		{Name: "reply with an error about no field", Value: list{17, math.MaxUint32, list{"full", "", ""}, nil},
			frame: protocol.Reply{Kind: 17, ID: math.MaxUint32, Error: protocol.Refuse(protocol.CodeFull, "")}},
		{Name: "reply with extra elements", Value: list{17, 3, list{"already", "", "", 5}, nil, true},
			Hex: "95 11 03 94 a7616c7265616479 a0 a0 05 c0 c3", frame: protocol.Reply{Kind: 17, ID: 3, Error: protocol.Refuse("already", "")}},
		{Name: "event outside a match", Value: list{18, 1, "lobby", "state", state, 0}},
		{Name: "event of a match", Value: list{18, math.MaxUint32, "match", "hit", object{{"by", 3}, {"at", list{float(0.5), float(-2)}}}, 12345}},
		{Name: "event without payload", Value: list{18, 256, "session", "notice", nil, 0},
			frame: protocol.Event{Kind: 18, Seq: 256, Channel: "session", Name: "notice"}},
		{Name: "event with an extra element", Value: list{18, 2, "a", "b", nil, 1, nil}, Hex: "97 12 02 a161 a162 c0 01 c0"},
		{Name: "pong", Value: list{19, 12345, 1767225600000, 7}, frame: protocol.Pong{Kind: 19, Time: 12345, Now: 1767225600000, Taken: 7}},
		{Name: "pong of an earlier server", Value: list{19, 12345, 1767225600000}, Hex: "93 13 cd3039 cf0000019b76daa800",
			frame: protocol.Pong{Kind: 19, Time: 12345, Now: 1767225600000}},
		{Name: "pong with zeros and an extra element", Value: list{19, 0, 0, 0, 1}, Hex: "95 13 00 00 00 01"},
		{Name: "enter a world with fields of every kind", Value: list{20, 1, "m-1", "arena", 2, 60, 600, 60,
			list{list{"ships", oddlySaid}, list{"marks", list{}}}, oddlySaid[:4]},
			frame: protocol.Enter{Kind: 20, Epoch: 1, Match: "m-1", Game: "arena", Seat: 2, TickRate: 60, Tick: 600, HashEvery: 60,
				Tables: protocol.Schema{{Name: "ships", Fields: oddly}, {Name: "marks"}}, Inputs: oddly[:4]}},
		{Name: "enter a world of nothing as a spectator", Value: list{20, math.MaxUint32, "m", "g", 0, 1, 0, 1, list{}, list{}},
			frame: protocol.Enter{Kind: 20, Epoch: math.MaxUint32, Match: "m", Game: "g", TickRate: 1, HashEvery: 1}},
		{Name: "enter with extra elements everywhere, whole numbers as offset and step",
			Value: list{20, 1, "m", "g", 65535, 60, 1, 60, list{list{"t", list{list{"f", 2, -1, 2, 0, 9, 0, 0, "extra"}}, "extra"}}, list{list{"a", 0, 7}}, "extra"},
			Hex:   "9b 14 01 a16d a167 cdffff 3c 01 3c 91 93 a174 91 99 a166 02 ff 02 00 09 00 00 a56578747261 a56578747261 91 93 a161 00 07 a56578747261",
			frame: protocol.Enter{Kind: 20, Epoch: 1, Match: "m", Game: "g", Seat: 65535, TickRate: 60, Tick: 1, HashEvery: 60,
				Tables: protocol.Schema{{Name: "t", Fields: protocol.Fields{{Name: "f", Kind: protocol.FieldFixed, Offset: -1, Step: 2, Max: 9}}}},
				Inputs: protocol.Fields{{Name: "a", Kind: protocol.FieldBool}}}},
		{Name: "ask", Value: list{22, 1, "chat", "still-there", nil, 5000},
			frame: protocol.Ask{Kind: 22, ID: 1, Channel: "chat", Name: "still-there", Within: 5000}},
		{Name: "ask with a payload", Value: list{22, math.MaxUint32, "a", "b", object{{"n", list{1, nil}}}, math.MaxUint32}},
		{Name: "ask with an extra element", Value: list{22, 2, "a", "b", nil, 1, nil}, Hex: "97 16 02 a161 a162 c0 01 c0"},
		{Name: "download", Value: list{23, 1, "maps", "map", 1000000, ""},
			frame: protocol.Offer{Kind: 23, ID: 1, Channel: "maps", Name: "map", Size: 1000000}},
		{Name: "download chunk", Value: list{24, 1, 512, math.MaxUint32, bin("\x00\xff")},
			frame: protocol.Chunk{Kind: 24, ID: 1, Offset: 512, Sum: math.MaxUint32, Data: []byte{0, 0xff}}},
		{Name: "download chunk that gives up", Value: list{24, 1, 0, 0, nil}, frame: protocol.Chunk{Kind: 24, ID: 1}},
		{Name: "upload progress at the ends of its range", Value: list{25, math.MaxUint32, 1 << 53, 1 << 53, false, nil},
			Hex:   "96 19 ceffffffff cf0020000000000000 cf0020000000000000 c2 c0",
			frame: protocol.Progress{Kind: 25, ID: math.MaxUint32, Offset: 1 << 53, Limit: 1 << 53}},
		{Name: "upload progress that refuses", Value: list{25, 1, 512, 512, true, list{"too-big", "", "at most 1 MiB"}},
			frame: protocol.Progress{Kind: 25, ID: 1, Offset: 512, Limit: 512, Done: true, Error: protocol.Refuse(protocol.CodeTooBig, "at most 1 MiB")}},
		{Name: "frame of a kind to come, from a server", Value: list{127, nil}, Hex: "92 7f c0"},
	}
}

func snapshotFrames(t testing.TB) []frameVector {
	head := protocol.NewHeadEncoder()
	frame := func(h protocol.SnapshotHead, body any) string {
		return hex.EncodeToString(head.Encode(h)) + hexOf(body)
	}
	added := list{list{0, list{}, list{}, list{1, 0, -7, 200000, 1023, single(0.1), "é", 299, 1, 255, 0, 0, single(-2), ""}}}
	changed := list{list{0, list{1}, list{299, 0b100001, -1, "x"}, list{}}, list{2, list{3, 1}, list{}, list{}}}
	vectors := []frameVector{
		{Name: "snapshot: keyframe", Value: list{21, 1, 600, 0, 0, 0, 0xdeadbeef, added},
			Hex: frame(protocol.SnapshotHead{Epoch: 1, Tick: 600, Hash: 0xdeadbeef, HasHash: true}, added), Canonical: true},
		{Name: "snapshot: delta, hash absent, input late", Value: list{21, 1, 601, 600, 598, -12, nil, changed},
			Hex: frame(protocol.SnapshotHead{Epoch: 1, Tick: 601, Base: 600, Input: 598, Slack: -12}, changed), Canonical: true},
		{Name: "snapshot: nothing changed, edges of every number", Canonical: true,
			Value: list{21, math.MaxUint32, math.MaxUint32, math.MaxUint32 - 1, math.MaxUint32, math.MinInt32, math.MaxUint32, list{}},
			Hex: frame(protocol.SnapshotHead{Epoch: math.MaxUint32, Tick: math.MaxUint32, Base: math.MaxUint32 - 1, Input: math.MaxUint32,
				Slack: math.MinInt32, Hash: math.MaxUint32, HasHash: true}, list{})},
		{Name: "snapshot: hash 0, input early, an extra element", Value: list{21, 1, 2, 1, 1, math.MaxInt32, 0, list{}, nil},
			Hex: "99 15 01 02 01 01 ce7fffffff 00 90 c0"},
	}
	for _, v := range vectors[:3] {
		if v.Hex != hexOf(v.Value) {
			t.Errorf("%s: the head encoder writes %s, its meaning is %s", v.Name, v.Hex, hexOf(v.Value))
		}
	}
	return vectors
}

func TestFrameVectorsMeanWhatTheySay(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range frameVectors(t) {
		frame := unhex(v.Hex)
		bounds := boundsOf(v.From)
		kind, err := protocol.Check(frame, bounds)
		if err != nil || kind.String() != v.Kind {
			t.Errorf("%s: checked as %v, %v", v.Name, kind, err)
		}
		if got := generic(t, frame); !sameJSON(t, got, v.Value) {
			t.Errorf("%s: the bytes say %s", v.Name, printJSON(t, got))
		}
		if v.frame != nil && v.Canonical && hexOf(v.frame) != v.Hex {
			t.Errorf("%s: the code writes %s, not %s", v.Name, hexOf(v.frame), v.Hex)
		}
		seen[v.Kind] = true
	}
	for kind := protocol.KindHello; kind <= protocol.KindUploadProgress; kind++ {
		if kind.String() != "unknown" && !seen[kind.String()] {
			t.Errorf("no vector of kind %s", kind)
		}
	}
}

// newFrame is a pointer to the struct of a kind of frame, or nil for input and snapshot, which have none.
func newFrame(kind protocol.Kind) any {
	switch kind {
	case protocol.KindHello:
		return &protocol.Hello{}
	case protocol.KindRequest:
		return &protocol.Request{}
	case protocol.KindAck:
		return &protocol.Ack{}
	case protocol.KindPing:
		return &protocol.Ping{}
	case protocol.KindResync:
		return &protocol.Resync{}
	case protocol.KindBye:
		return &protocol.Bye{}
	case protocol.KindWelcome:
		return &protocol.Welcome{}
	case protocol.KindReply:
		return &protocol.Reply{}
	case protocol.KindEvent:
		return &protocol.Event{}
	case protocol.KindPong:
		return &protocol.Pong{}
	case protocol.KindEnter:
		return &protocol.Enter{}
	case protocol.KindSend:
		return &protocol.Send{}
	case protocol.KindAnswer:
		return &protocol.Answer{}
	case protocol.KindAsk:
		return &protocol.Ask{}
	case protocol.KindUpload, protocol.KindDownload:
		return &protocol.Offer{Kind: kind}
	case protocol.KindUploadChunk, protocol.KindDownloadChunk:
		return &protocol.Chunk{Kind: kind}
	case protocol.KindUploadProgress, protocol.KindDownloadProgress:
		return &protocol.Progress{Kind: kind}
	default:
		return nil
	}
}

func TestEveryFrameVectorDecodesAndEncodesBack(t *testing.T) {
	for _, v := range frameVectors(t) {
		kind := protocol.Kind(v.Value[0].(int))
		into := newFrame(kind)
		if into == nil {
			continue
		}
		if err := protocol.DecodeFrame(unhex(v.Hex), into); err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		again := protocol.MustEncode(into)
		if v.Canonical && !bytes.Equal(again, unhex(v.Hex)) {
			t.Errorf("%s: came back as %x, was %s", v.Name, again, v.Hex)
		}
		if v.frame != nil && hexOf(v.frame) != hexOf(into) {
			t.Errorf("%s: read as %+v", v.Name, into)
		}
		// Whatever the widths were and whatever followed, the elements that the kind has are those of the vector.
		if said := generic(t, again).(list); v.frame == nil && !sameJSON(t, said, v.Value[:len(said)]) {
			t.Errorf("%s: read as %s", v.Name, printJSON(t, said))
		}
		twice := newFrame(kind)
		if err := protocol.DecodeFrame(again, twice); err != nil || !reflect.DeepEqual(into, twice) {
			t.Errorf("%s: %v, then, once written and read, %v (%v)", v.Name, into, twice, err)
		}
	}
}

func crcOf(s string) uint32 { return crc32.ChecksumIEEE([]byte(s)) }
