// Package recording keeps matches in files: everything that a match's world was and everything that made it, tick by tick, so that a
// match can be looked at again, and made again from its inputs to see that it comes out the same.
//
// A [Recorder] is what a running match tells its ticks to; it copies them into a bounded queue and [Recorder.Run], on a goroutine that the
// host starts and waits for, writes them. [Open] reads a recording, [Reader.Cursor] goes through its ticks, [Verify] makes the match
// again with the game's code, and [Writer] and [Cut] write recordings without a match.
//
// # The file
//
// A recording is a chain of blocks, each a descriptor of 40 bytes and what it describes:
//
//	head       the match: game, settings, seed, schema, ...
//	segment    some seconds of ticks, the first of them a keyframe
//	...
//	end        how the match and the recording ended
//
// What a descriptor describes is one frame of Zstandard, and the descriptor is one of its skippable frames, so the whole file is a
// Zstandard stream that ordinary tools unpack: into records of msgpack, each wrapped as binary (docs/replays.md has them in full).
// Descriptors say how long their block is, so finding a tick means reading 40 bytes for every few seconds of match, and no index is
// needed: a file whose writer died is read as any other, up to its last whole block.
//
// # Who owns what
//
// Recorder.Begin, Tick and End belong to the match's goroutine and never wait for the writer: when the queue is full, the recording
// is over and says so, and the match goes on. Everything else in this package belongs to one goroutine at a time, but a
// [Reader], which does not change and may be shared.
package recording
