package protocol

// Version is the protocol version this package speaks. It is exchanged in [Hello] and [Welcome].
const Version = 1

// The codecs of snapshot bodies (docs/PROTOCOL.md, section 6). All decode to the same snapshots.
const (
	CodecMP     = "mp"     // any msgpack library reads it; each body stands for itself
	CodecPacked = "packed" // a few bits for each change; each body goes on from those before it
)

// Kind is the first element of every frame and says what the rest of it is.
type Kind uint8

// The kinds a client sends.
const (
	KindHello   Kind = 1
	KindRequest Kind = 2
	KindInput   Kind = 3
	KindAck     Kind = 4
	KindPing    Kind = 5
	KindResync  Kind = 6
	KindBye     Kind = 7
	KindSend    Kind = 8 // "send": an event of the client's
	KindAnswer  Kind = 9

	KindUpload           Kind = 10 // an [Offer]
	KindUploadChunk      Kind = 11 // a [Chunk]
	KindDownloadProgress Kind = 12 // a [Progress]
)

// The kinds a server sends.
const (
	KindWelcome  Kind = 16
	KindReply    Kind = 17
	KindEvent    Kind = 18
	KindPong     Kind = 19
	KindEnter    Kind = 20
	KindSnapshot Kind = 21
	KindAsk      Kind = 22

	KindDownload       Kind = 23 // an [Offer]
	KindDownloadChunk  Kind = 24 // a [Chunk]
	KindUploadProgress Kind = 25 // a [Progress]
)

var kindNames = map[Kind]string{
	KindHello: "hello", KindRequest: "request", KindInput: "input", KindAck: "ack",
	KindPing: "ping", KindResync: "resync", KindBye: "bye", KindSend: "send", KindAnswer: "answer",
	KindWelcome: "welcome", KindReply: "reply", KindEvent: "event",
	KindPong: "pong", KindEnter: "enter", KindSnapshot: "snapshot", KindAsk: "ask",
	KindUpload: "upload", KindUploadChunk: "upload-chunk", KindDownloadProgress: "download-progress",
	KindDownload: "download", KindDownloadChunk: "download-chunk", KindUploadProgress: "upload-progress",
}

// String is the kind's name in docs/PROTOCOL.md, or "unknown".
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return "unknown"
}

// Reasons a client gives in [Resync].
const (
	ResyncHash     = 1 // the world's hash differs: counted as a desync
	ResyncBaseline = 2 // the baseline named by the snapshot is not the one held
	ResyncBody     = 3 // the body does not decode
	ResyncAsked    = 4 // the application asked for it
)

// The channels a session has from the start, and the names reserved on them (docs/PROTOCOL.md, section 4).
const (
	ChannelLobby    = "lobby"
	ChannelMatch    = "match"
	ChannelSession  = "session"
	ChannelChat     = "chat"
	ChannelPresence = "presence"
	ChannelAdmin    = "admin"

	EventDirect = "direct" // on ChannelSession: the match can be reached without this server in between
	EventMoved  = "moved"  // on ChannelSession: the match of a seat ticket runs elsewhere
	EventExit   = "exit"   // on ChannelMatch: a seat is over
	EventNotice = "notice" // on ChannelSession: something the client sent was dropped
	EventClosed = "closed" // on ChannelSession: a channel is not open any more
	EventRenew  = "renew"  // on ChannelSession: the credentials expire soon

	RequestRenew  = "renew"  // on ChannelSession: newer credentials
	RequestDirect = "direct" // on ChannelMatch: what it takes to reach the match without this server in between
	RequestRelay  = "relay"  // on ChannelMatch: have this server in between again
)
