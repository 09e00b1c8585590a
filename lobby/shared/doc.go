// Package shared makes the lobbies of several nodes one: listed, watched, joined and talked in from any of them.
//
// A [Directory] is what package lobby's is to a node by itself, and a server uses it in the same way. Each lobby is owned by one node, which has
// its lease (package cluster) and runs it in a directory of package lobby of its own. Members are served by the node that has their session, which forwards what
// they ask to the owner and passes on what the owner tells, over the mesh (package cluster/peer).
//
// Three kinds of things, and who may act on them:
//
//   - A lobby's owner is the truth about it. What it puts into the store, at most every [Config.PutEvery], is for lists, and for whoever has to take
//     over. It never waits for the store: each lobby has a second goroutine that does.
//   - A node is the truth about its members ([lobby.Member]). It tells the owner who they are when the lobby has a new owner, when something said between the two
//     may have been lost, when the owner's node has connected anew, and now and then (attach); that one call puts right whatever went wrong between two nodes: lost casts, a join or a
//     leave of which nobody knows whether it was done. The owner then tells its state and the chat messages that are missing; a member hears each
//     once.
//   - The store is the truth about who owns what. Everything an owner says carries the epoch of its lease: nodes drop what comes from an owner they
//     know to be past, and an owner that hears of a later one does not answer. It lets nobody in while it is not sure to own the lobby. Once
//     fenced, it ends its copy without a word.
//
// When an owner dies, another node restores the lobby from its entry, under a higher epoch. Members keep their places for [Config.Grace] and are away until their nodes
// attach them, which takes one round trip once the new owner is known. Those who had joined after the last entry are let in again for
// [Config.GatherFor]. A node that drains hands its lobbies over with all that is in them. The match goes on meanwhile and is found again by
// [Config.ResumeMatch].
//
// Who owns what: a [Directory]'s maps are guarded by its mutex, never held across a call to anybody. What is known of a member here is guarded by a lock of
// its own that is held while the member is told something, so that it hears everything in order; likewise a member of a lobby here while
// something is sent to its node. Goroutines: one for each lobby of this node besides the lobby's own, one for each lobby whose owner is being asked after this node's members, the
// feed of the directory, and the look-out for dead nodes. They end with [Directory.Run].
package shared
