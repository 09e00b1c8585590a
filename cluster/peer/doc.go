// Package peer is what nodes of one service say to each other directly: calls, which are answered, and casts, which are not.
//
// A [Mesh] is one node's end of it. It reaches another node over one WebSocket, which it dials when there is first something to say and which
// the other node serves at /cluster; what the other has to say comes over one of its own. So there are two connections between two nodes that
// both talk, and on each of them one side speaks and the other answers. Both prove that they know the service's secret.
//
// Casts of one node to another arrive in the order in which they were sent, at most once. A call may have been done or not when it fails with
// [ErrUnreachable]; what it asks for has to stand being asked twice. When a connection ends, casts that were under way may be lost: who
// cares is told by [Mesh.OnLost], after the last cast that did arrive.
//
// The two ends of a connection may notice its end seconds apart, and what was said in between is lost as well. So a node whose connection was lost dials again by
// itself until the other has been found, or is not known any more, and whoever listens there is told by [Mesh.OnConnect]: at that moment the speaker's side knows
// of the loss, and what is asked of it then is answered by one that does.
//
// What is said to the own node goes the same way without a connection.
//
// Who owns what: a [Mesh] may be used by any goroutine, and starts none before it is used. Each connection that it dialled has a goroutine that
// writes and one that reads; each that it serves has the one that serves it and one that writes answers; each call under way has its own, and the
// own node's casts have one. [Mesh.Close] waits for all of them. Queues are bounded; nobody waits for a slow peer but who asks it something.
package peer
