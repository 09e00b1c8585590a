// Package fleet starts a whole service on this machine: Redis, lobby nodes, match servers and a load balancer in front of them, each a real process but for
// the last. It is for trying a service out, and for seeing what becomes of players when parts of it die.
//
// Everything listens on loopback. A [Fleet] ends its processes when it is closed, and only those.
package fleet
