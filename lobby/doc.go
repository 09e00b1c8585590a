// Package lobby is where players gather: rooms that are created, listed, joined by id or code, and that start matches.
//
// A [Directory] holds the lobbies of a node. It is used in two ways: [Directory.Request] takes the requests of the channel
// "lobby" (docs/PROTOCOL.md, section 4.1) as they come from a client, and the methods with the same meaning are for Go code.
// What a lobby has to tell goes to its members' [Member.Emit]; the seats they hold in its match, to [Member.Seated].
//
// Who owns what:
//
//   - A lobby belongs to one goroutine, which is the only one to touch it. Everyone else hands it functions to run. A call is
//     either run as a whole or not at all, so rules such as "never more players than places" hold without locks.
//   - The directory's maps (by id, by code, by user, who watches) are guarded by a mutex, which lobbies take and which is never
//     held across a call to a lobby or a member. A user's place is reserved there before the lobby is asked, so one user
//     is in one lobby at most.
//   - A match runs in a goroutine of its own that its lobby started and waits for. The lobby outlives it and keeps its players.
//
// A lobby ends with its last member, whose session keeps it as long as it lives: members who are away still hold their places.
// Whatever changes is told twice: to members as the whole state, at once and then at most every [Config.StateEvery], and to
// watchers of the list as one update for all of them every [Config.ListEvery].
package lobby
