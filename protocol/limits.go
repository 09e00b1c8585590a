package protocol

import "time"

// Limits of the wire. Both sides hold them; docs/PROTOCOL.md section 9 tells what happens beyond each.
const (
	MaxHelloFrame  = 4 << 10  // bytes of a client's first frame
	MaxClientFrame = 16 << 10 // bytes of any later client frame
	MaxServerFrame = 4 << 20  // bytes of a server frame

	MaxPayload = 64 << 10 // bytes of an event or a match's result, as a game gives it

	MaxDepth        = 8       // nested arrays and maps in any frame
	MaxClientValues = 4 << 10 // msgpack values in a client frame
	MaxServerValues = 4 << 20 // msgpack values in a server frame; a value takes a byte at least

	MaxTables      = 32 // tables in a schema
	MaxFields      = 32 // fields in a table: a change mask is one 32-bit word
	MaxInputFields = 16 // fields of an input
	MaxStringBytes = 255

	MaxNameRunes  = 24  // a player's display name
	MaxIdentBytes = 64  // channel, event, table, field and game names
	MaxTokenBytes = 512 // a resume token

	MaxAuthStrings = 4 // a scheme and its arguments

	MinChunk  = 256      // bytes of every chunk of a transfer but the last
	MaxChunk  = 8 << 10  // bytes of a chunk
	MaxWindow = 64 << 10 // bytes that a receiver lets a sender be ahead of what it has taken

	RingTicks = 128 // how many ticks back a baseline may lie
)

// Times of the wire.
const (
	HelloTimeout  = 5 * time.Second  // handshake to hello
	LinkTimeout   = 2 * time.Second  // client: nothing heard, drop and resume
	SilentTimeout = 15 * time.Second // server: nothing heard, close
	AckTimeout    = 15 * time.Second // server: snapshots unacknowledged, close
	WriteTimeout  = 10 * time.Second // server: one write not finished, drop the socket
	AckSlack      = 250 * time.Millisecond
)
