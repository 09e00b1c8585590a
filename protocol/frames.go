package protocol

//lint:file-ignore U1000 msgpack finds the _msgpack fields by reflection: they make a struct travel as an array.

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"github.com/vmihailenco/msgpack/v5"
)

// Raw is a msgpack value that is already encoded, or not decoded yet.
type Raw = msgpack.RawMessage

// OrNil is an encoded payload, or msgpack's nil for none: nothing at all would leave a hole in the frame.
func OrNil(payload []byte) Raw {
	if len(payload) == 0 {
		return Raw{0xc0}
	}
	return payload
}

// Hello is a client's first frame.
type Hello struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind
	Version uint32
	Client  string   // name and version of the client software, at most 64 bytes
	Codecs  []string // snapshot body codecs it reads, best first
	Auth    []string // scheme and its arguments, such as "guest", name
	Resume  *Resume  // nil for a new session
}

// Resume asks for an existing session back.
type Resume struct {
	_msgpack struct{} `msgpack:",as_array"`

	Token string
	Seq   uint32 // newest event handled
}

// Request is a named call of the client.
type Request struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind
	ID      uint32 // 0: no reply wanted
	Channel string
	Name    string
	Payload Raw
	Once    bool   // a second request with this id is answered with the reply to the first
	Within  uint32 // ms after which nobody waits for the reply any more; 0: not said
}

// Patience is for how long the answer to a request is of use: as it says itself, and most at most.
func (q *Request) Patience(most time.Duration) time.Duration {
	if within := time.Duration(q.Within) * time.Millisecond; within > 0 {
		return min(within, most)
	}
	return most
}

// Send is a client's event: reliable, numbered by the client.
type Send struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind
	Seq     uint32 // 1, 2, 3, ... over the session
	Channel string
	Name    string
	Payload Raw
}

// Answer answers an [Ask].
type Answer struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind
	ID      uint32
	Error   *Error
	Payload Raw
}

// Ack acknowledges the snapshot of a tick.
type Ack struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind  Kind
	Epoch uint32
	Tick  uint32
}

// Ping asks for a [Pong] and acknowledges events.
type Ping struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind Kind
	Time uint64 // client's clock, ms, echoed
	Seq  uint32 // newest event handled
}

// Resync asks for a keyframe.
type Resync struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind   Kind
	Epoch  uint32
	Reason uint32 // ResyncHash, ...
}

// Bye ends a session for good.
type Bye struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind Kind
}

// Welcome answers a hello.
type Welcome struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind      Kind
	Version   uint32
	Session   string
	User      string
	Name      string
	Token     string // resume token for the next hello
	Resumed   bool
	Codec     string
	PingEvery uint32 // ms
	Grace     uint32 // ms that lobby and seat are kept after a drop
	MaxFrame  uint32 // bytes
	Lost      uint32 // events that can no longer be replayed
	Server    string
	Taken     uint32 // newest event of the client's that was handled
	Expires   uint64 // when the credentials expire, Unix ms; 0: never
}

// Reply answers a request.
type Reply struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind
	ID      uint32
	Error   *Error
	Payload Raw
}

// Event is a reliable, numbered message.
type Event struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind
	Seq     uint32
	Channel string
	Name    string
	Payload Raw
	Tick    uint32 // match tick it belongs to, 0 outside a match
}

// Pong answers a ping.
type Pong struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind Kind
	Time uint64
	Now  uint64 // server's clock, Unix ms

	Taken uint32 // newest event of the client's that was handled
}

// Ask is a named call of the server.
type Ask struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind
	ID      uint32
	Channel string
	Name    string
	Payload Raw
	Within  uint32 // ms after which nobody waits for the answer any more
}

// Enter says that the session now holds a seat in a match.
type Enter struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind      Kind
	Epoch     uint32
	Match     string
	Game      string
	Seat      uint16 // 0: spectator
	TickRate  uint32 // Hz
	Tick      uint32
	HashEvery uint32 // ticks
	Tables    Schema
	Inputs    Fields
}

// minElements is how many array elements a frame of a kind must have, itself included; more are skipped.
var minElements = map[Kind]int{
	KindHello: 6, KindRequest: 5, KindInput: 5, KindAck: 3, KindPing: 3, KindResync: 3, KindBye: 1, KindSend: 5, KindAnswer: 4,
	KindWelcome: 13, KindReply: 4, KindEvent: 6, KindPong: 3, KindEnter: 10, KindSnapshot: 8, KindAsk: 6,
	KindUpload: 6, KindUploadChunk: 5, KindDownloadProgress: 6, KindDownload: 6, KindDownloadChunk: 5, KindUploadProgress: 6,
}

type frameCoder struct {
	buf bytes.Buffer
	enc *msgpack.Encoder
}

var frameCoders = sync.Pool{New: func() any {
	c := &frameCoder{}
	c.enc = msgpack.NewEncoder(&c.buf)
	c.enc.UseCompactInts(true)
	return c
}}

// Encode returns the bytes of a frame (Hello, Welcome, ...) or of an event or reply payload. It fails only on a payload type
// that msgpack cannot encode, such as a channel. Nil becomes msgpack nil.
func Encode(v any) ([]byte, error) {
	c := frameCoders.Get().(*frameCoder)
	defer frameCoders.Put(c)
	c.buf.Reset()
	if err := c.enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return bytes.Clone(c.buf.Bytes()), nil
}

// MustEncode is [Encode] for types of this package and others whose encoding cannot fail; it panics otherwise.
func MustEncode(v any) []byte {
	b, err := Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}

// EncodeMsgpack writes the hello with its lists as arrays even where they are nil, which the library alone would write as nil.
func (h Hello) EncodeMsgpack(enc *msgpack.Encoder) error {
	type plain Hello
	if h.Codecs == nil {
		h.Codecs = []string{}
	}
	if h.Auth == nil {
		h.Auth = []string{}
	}
	return enc.Encode((*plain)(&h))
}

// EncodeMsgpack writes the request without its last two elements where they say nothing, as all requests once were.
func (q Request) EncodeMsgpack(enc *msgpack.Encoder) error {
	if !q.Once && q.Within == 0 {
		return enc.Encode(&plainRequest{Kind: q.Kind, ID: q.ID, Channel: q.Channel, Name: q.Name, Payload: q.Payload})
	}
	type whole Request
	return enc.Encode((*whole)(&q))
}

// plainRequest is a request that says neither once nor within.
type plainRequest struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind
	ID      uint32
	Channel string
	Name    string
	Payload Raw
}

// EncodeMsgpack writes the enter with its schema as arrays even where a world has no tables or no inputs.
func (e Enter) EncodeMsgpack(enc *msgpack.Encoder) error {
	type plain Enter
	if e.Tables == nil {
		e.Tables = Schema{}
	}
	if e.Inputs == nil {
		e.Inputs = Fields{}
	}
	return enc.Encode((*plain)(&e))
}

// Decode reads a payload, which [Check] has passed as part of its frame, into v, a pointer to a map or a struct. Unknown keys
// are skipped. Errors wrap [ErrMalformed]. Whole frames are for [DecodeFrame].
func Decode(b []byte, v any) error {
	if err := msgpack.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}
