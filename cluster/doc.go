// Package cluster is what several nodes share: leases, a directory of nodes, lobbies and matches, checkpoints, presence and a bus.
//
// An [Engine] keeps it. Package cluster/memory has one in plain Go, for a service of one process; package cluster/redis one on Redis. Both
// pass the same contract suite, cluster/clustertest. Everything here is for the hosts of lobbies and matches; games know nothing of it.
//
// The store is lease and cache, the nodes are the truth about what they run. So a store that is away costs a pause, one that comes
// back empty is filled again by its nodes, and no node has to ask anyone about what it runs itself.
//
// What is owned has a [Lease]: a lobby, a match, a node's own entry. It ends by itself unless it is renewed, and each new owner's has a
// higher epoch. Whatever is written for an owned thing is written with the lease, and refused with [ErrFenced] once somebody with a higher
// epoch owns it: an owner that was paused, cut off or slow cannot act for what it has lost. What was put with a lease goes with it when it is
// released.
//
// Two clocks are never compared. Whether a lease has ended is for the store's clock to say; how long its owner may act without
// having heard from the store is said by the owner's own clock, and is less ([Lease.Until]).
//
// A [Keeper] renews the leases of a node, tells owners of what they lost, and decides when a node may take over from another.
//
// Who owns what: an engine may be used by any goroutine, and starts none but those of a [Feed] until it is closed. A feed belongs to the one
// goroutine that calls Next. A keeper's leases are guarded by its mutex, except for what a [Held] says, which is read without one, so that a
// match may ask in every tick.
package cluster
