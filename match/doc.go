// Package match runs one match: a game's world on a fixed-step loop, its seats, their inputs, and the snapshots that go out.
//
// A game developer meets five things here: [Kind] (what the game is called and how many play it), [Game] (its code), [Table] (its
// replicated world), [Inputs] (what its players send) and [Tick] (the handle through which a game acts while the match lets
// it). [Sim] runs the same game without goroutines, sockets or clocks, for tests.
//
// Who sees what, and what matters most to whom, is declared at the tables: [Table.Interest], [Table.Visible], [Table.Owner] and
// [Table.Priority], with a [Viewer] to say through whose eyes a seat looks. Games that declare nothing show everything to everyone, and
// pay nothing for the rest (docs/views.md).
//
// A host meets three: [Match] (New, Run, Join), [Seat] (a place in a match, which outlives connections) and the interfaces that
// it implements for a seat's traffic, [Link] and [Outbox]. A [Recorder] takes a match down, and [Sim.Replay] makes it again.
//
// The past: a game can look at its world as clients were told of it some ticks ago ([Table.At]), and knows which tick a player saw
// when giving an input ([Tick.Seen]): that is what lag compensation is made of. [Kind.MaxRewind] bounds it.
//
// The future: a checkpoint ([Match.Checkpoint], [Sim.Checkpoint]) holds all that decides what comes next, so that [Restore] and
// [RestoreSim] go on from it in another process, to the same worlds. Most games need no code for that; see [Checkpointer].
//
// Who owns what:
//
//   - The world, the snapshot ring, views, streams and every seat's sending state belong to the goroutine in [Match.Run]. Games are called by it alone.
//   - Everyone else leaves things for that goroutine: requests in the match's mailbox, inputs and acknowledgements in a seat's
//     inbox. Both are guarded by mutexes that are held for a few instructions and never across a call to a game or a link.
//   - Nothing blocks the goroutine: links, outboxes and recorders take what they are given or refuse it.
//
// How a tick gets to the seats, each step in the file of its name:
//
//	table, core     the rows of the game's structs become one snapshot of integers: the world
//	pace, flight    which seats can take one now
//	visibility,     what each view sees of the world is a snapshot, too, made once for all seats that share the view
//	grid, views,
//	view
//	stream, fanout  seats with one history have one stream: one baseline, one state of the codec, one body
//	budget, pending what does not fit a body waits, and the snapshot is what will be at the client
//	broadcast       a head of its own for each seat, and one write
package match
