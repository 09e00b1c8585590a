// Package conformance checks a server from outside: it takes an address, speaks docs/PROTOCOL.md to it, and says case by case whether
// what comes back is what the document promises. Nothing of a server is imported, so it serves whoever writes another one; and whoever
// writes a client can read here what a server expects.
//
// The cases play with frames by hand. They need a server that lets guests in and has at least one game, and use no more of a game than its
// schema. Some need more: keys to make credentials with, or a channel that shows what becomes of what is sent (docs/conformance.md); without it they are
// skipped and say so.
//
// A server is not harmed: cases stay below its limits or break them once, hold a few dozen connections at a time, and leave their lobbies.
package conformance
