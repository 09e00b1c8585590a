// Package replay is the program around recordings, for the games of whoever builds it in: it lists them, makes matches again to see
// that they come out the same, takes parts out, and shows them to ordinary clients. [Main] is all of it:
//
//	func main() { replay.Main(mygame.Kind()) }
//
// # Showing
//
// A recording is shown by a server with one lobby, whose match is run by a game that makes nothing: each tick it hands over the
// recorded state of the tick that a [Playback] has come to. So whoever comes is a spectator of an ordinary match: lobbies, joining,
// resuming, codecs and slow sockets are those of every other, and no client needs to know. The match's own ticks go on at the recorded
// rate whatever the playback does: at double speed each shows the second next recorded tick, in a pause all show the same, and a seek
// is a great change from one to the next. Clients who want to steer it, or to know which tick they see, ask on channel "replay"
// (docs/PROTOCOL.md, section 4.4).
package replay
