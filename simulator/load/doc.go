// Package load plays servers as cheaply as a player can be played, to find out what the server costs when both share a machine. It is no
// judge of how well players are served, which is the bots' business (package simulator): a player here says hello, gets into a
// match, and from then on sends an input of random values 60 times a second, in a phase of its own, and a ping every second; of a
// snapshot it reads the tick number, to acknowledge it, and the rest is counted and thrown away.
//
// The same players play the floor (package simulator/floor), which has no protocol: there they skip the hello, and send inputs and read
// frames as before.
//
// They play loopback addresses only.
package load
