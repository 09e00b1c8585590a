// Package roster is who is there: this node's entry in the directory, kept true, and those of the others, kept at hand.
//
// A [Roster] belongs to one node. [Roster.Open] enters the node, [Roster.Run] then says now and then how loaded it is and reads how the others are. What
// it read last stays when the store is away, so that nodes find each other all the same.
//
// It also chooses: [Roster.Pick] a node for a new match, by two random choices, and [Roster.Heir] the one that takes over what a dead node
// leaves, the same on all nodes that see the same others.
package roster
