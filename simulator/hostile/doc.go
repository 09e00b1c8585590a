// Package hostile attacks a server as those do who mean it no good, or whose software is broken, and tells whether it stood: whether what
// must not work did not, and whether it was answered as docs/PROTOCOL.md says.
//
// An [Attack] is done over and over by one [Attacker] until its context ends. What the server answered is counted by its close code or refusal; what
// should not have worked is a breach. Attackers speak the wire by themselves, since no client of ours would say such things.
//
// Attacks are for servers of one's own. They take no more than a few connections and some megabytes each, and stop by themselves.
package hostile
