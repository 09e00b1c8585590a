// Package matches runs matches on the nodes of a service so that they outlive a node, and places them there.
//
// A [Host] is a node's half that runs them. Each match is owned by a lease, whose epoch is the match's on the wire: it makes ticks and sends only
// while the lease is surely its own. A node's matches are saved together, off their goroutines: what they take in every tick (who came and left, which
// input was in force) every 100 ms, and a checkpoint of each now and then. When a node dies, another takes its leases over and goes on from the
// checkpoint and the ticks after it, made again by the same step. When a node is to be stopped, [Host.Drain] hands its matches over between two ticks.
//
// A [Placer] is the half of a node that has lobbies. It has a match made where there is room ([Placer.NewMatch]) and gives its lobby a [Placed] for it,
// which stays good wherever the match goes. The lobby is the only one who seats people in its match, so seat numbers are given by the
// Placed, and the node that runs the match seats people as it is told.
//
// Between the two: calls match/create, match/take (of one Host to another), match/follow and match/over, casts match/seat, match/leave,
// match/configure, match/stop and match/moved. Every change a Placed tells of is numbered, and match/follow says how everything is, so that whatever was lost
// with a connection or a node is made good by the next of these.
//
// Who owns what: a running match belongs to the goroutine in [match.Match.Run]; a second one watches over it, and tells the lobby when it is over. Saving is
// done by one goroutine for all matches of the node, looking for matches to take over by another; both are started by [Host.Run]. Taking over and moving have a goroutine for
// each match while it lasts. Maps and what lobbies said last are guarded by mutexes, never held across a call to an engine, a node or a match's Run. No match
// waits for any of these.
package matches
