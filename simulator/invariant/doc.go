// Package invariant holds a server to what it promises everybody all the time, while a run goes on. Bots tell what they see; a [Ledger]
// counts what was looked at and what was found broken, so that a promise that nothing was ever held against is not taken for one that was kept.
//
//	ledger.go    the names, the counts, what was broken
//	capacity.go  a lobby has no more players than its maximum
//	owner.go     a seat of a match is one player's at a time
//	ticks.go     snapshots go forward, each measured from the one before it, and epochs do not go back
//	events.go    events come once each, in order
//	chat.go      what was said is heard by all who were there, once each
//	calls.go     so are events that bots have sent of their own
//	client.go    what clients have counted: hashes that differ, frames of no use
//	hidden.go    nothing is sent that a seat may not see
//	free.go      what a run took is free again after it
//
// What is told here is about one server; a Ledger and what is made for it may be used by many goroutines unless a type says otherwise.
package invariant
