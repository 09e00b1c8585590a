// Package floor is the least that a server for the same players could cost: what they send is read and thrown away, and as many
// frames of the same size are written to them. There is no game, no state and no protocol behind it, so what any server costs
// beyond it is the server's own doing.
//
// Of the honest forms that a plain gorilla server can have, it has the cheapest: a goroutine for each connection, which reads into
// one buffer; and a goroutine for each room, which sleeps on a ticker and writes to the room's connections itself, one after
// the other. That wakes one goroutine for an input and one for a room's tick, and nothing for a frame. It sets no deadlines and lets a
// peer that does not read hold its whole room up, which no server on the internet can afford; for a floor, that is as it should be.
package floor
