// Package simulator plays a server with a population of headless bots and tells how well it was served. The bots know only
// the wire: they are clients like any other (package client), and gather in public lobbies as players do.
//
// [Run] is the whole of it. It looks whether the server has the game, lets the bots in, waits until each has its first
// snapshot, measures for a while, takes what chaos it was asked for, and finally checks that everybody sits where they sat. Its
// [Report] has the figures and names every bot that the server failed:
//
//   - connect, join: no session or no first snapshot within Config.JoinWithin;
//   - closed: a close code that says not to come back;
//   - desync: a view hash that differed;
//   - seat: another seat after a reconnect, or a seat over for a reason other than the match's end;
//   - absent: not in its seat again within Config.ReturnWithin of the end;
//   - rate: fewer snapshots a second, while seated, than Group.MinRate;
//   - events: reliable events missing, twice or out of order;
//   - malformed: frames that broke the protocol;
//   - chat: something said was refused, or heard twice or out of order;
//   - presence: following others, or saying that one is away, was refused;
//   - rejoin: who had left was not let in again, or a session that another connection took up was not what it was;
//   - sending: an event of the bot's own, or a request of its channel, was refused.
//
// And prediction says that Config.Predictions does not fit the game, which is no fault of the server's.
//
// Bots that are alike make a [Group], which has lobbies and figures of its own; a run has one or several.
//
// Meanwhile the server is held to its invariants (package invariant), which are everybody's: one that is broken fails the run.
//
// Groups of attackers (package hostile) can be part of the population; what gets through is a breach and fails the run.
//
// A report has, beside the figures of the whole, a [Lap] for each second of each group, and what was seen of the server from outside (package scrape). It
// can be written as a table, as JUnit XML, as JSON, and as a web page (package page), and be compared with another by [Compare].
//
// What a bot does each tick is a [Bot]; there are ready ones, and a game's own run just as well.
//
// The package imports nothing of ours but client-go, protocol and packages of its own, such as link, which has the bad networks.
package simulator
