// Package ticket proves that somebody has been given a seat in a match.
//
// Whoever seats a player signs a [Ticket] with the service's secret, an [Issuer]; the node that runs the match looks at it, an [Inspector],
// and needs to ask nobody: not the lobby, not the store, and not whoever knows the user. A ticket is short-lived and good once, so one that leaks
// afterwards opens nothing, and it names one seat of one user in one match.
//
// An issuer holds nothing that changes. An inspector remembers the tickets that were shown to it, for as long as they could be shown again; it starts no
// goroutine and may be used by any. Nobody else remembers them: a ticket is good once on each node, and only where its match runs.
package ticket
