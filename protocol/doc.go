// Package protocol is the wire of deltatick: everything that a client and a server must agree on, and nothing else.
//
// It is told from the outside in:
//
//   - [Check] walks the structure of a frame before anything decodes it, so that no length prefix is ever believed.
//   - Frames (Hello, Welcome, Input, ...) are the messages; each travels as one msgpack array whose first element is its [Kind].
//   - A [Schema] says what a world is made of: tables, fields, and how precisely each field travels. It is compiled from the
//     `sync` struct tags of a game's own types ([PlanOf]) and sent to clients as data.
//   - A [Snapshot] is the world at one tick, quantised to integers in columns. It does not change once it is built.
//   - [BodyEncoder] and [Apply] turn two snapshots into a delta and back (codec "mp"); [Hash] proves that both sides agree.
//   - [ValueReader] reads what is msgpack but no frame as strictly as frames are read.
//   - [CloseCode] is the one table of reasons for which a connection ends, and what the client does about each.
//
// docs/PROTOCOL.md is the same contract in words, and testdata/vectors holds it as bytes.
//
// The package knows no sockets, no goroutines and no games, and imports nothing else of ours.
package protocol
