// Package hosting is what a server says to whatever starts, counts and ends servers, and what it hears from there: that it takes players, that
// it is well, how much it has to do, and whether it should come to an end. A [Host] is one of
//
//   - none: nobody is told; for a server that a person, systemd or a Deployment starts,
//   - [Agones]: over the REST gateway of the Agones sidecar,
//   - [Hook]: a command that is run with an event, for everything else.
//
// Players come first: no call of a Host waits for whoever is told. The newest of each thing to say is kept, and what could not be said is said
// again, later and later, by the goroutines of [Host.Run]. A host that is away costs nothing but its not knowing.
package hosting
