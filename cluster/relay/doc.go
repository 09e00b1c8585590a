// Package relay brings a player whose session is on this node to a seat in a match on another.
//
// A [Relay] is a client of that node, with a seat ticket in place of credentials (package ticket), over a WebSocket of its own. What the player sends of the
// match goes there as it came, and the match's frames come back as they are: nothing is decoded on the way but what a frame is, so the match
// holds the reins end to end. It sees the player's own acknowledgements, and sends no more than the player's link takes. Events come from
// the session on the other node, which numbers them: each is passed on once, over as many connections as it takes.
//
// A relay is for one match on one node under one epoch. Whoever uses it finds the next place when the match has moved, and makes another relay; a [Passed] knows
// what of the events the player has had, because a match that is taken over tells those of its last ticks again.
//
// Who owns what: one goroutine calls [Relay.Connect] and, after each connection that came about, [Relay.Serve]; for as long as Serve runs there is a second one, which
// writes and pings. Everything else may be called by any goroutine and does not block. Frames to the other node wait for the one that writes, 64 KiB and 512 of them
// at most, for [Config.WriteTimeout]: a connection that does not take them by then, or for which there is no room, is lost. What goes to the player waits in their session's
// queue, which is bounded, and the match sends only what has been acknowledged or fits the link.
package relay
