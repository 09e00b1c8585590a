// Package presence says who is there, by user id: offline, online, away, in a lobby, or in a match.
//
// A [Registry] is told of sessions as they come and go ([Registry.Connected], [Registry.Disconnected], [Registry.Expired]) and of where they are
// ([Registry.Place]). A user's state is the best of the states of all their sessions, so one user with three tabs is online
// once, and in a match as long as one of the tabs is. A session that drops or ends counts for [Config.Grace] more, as it last was: whoever
// reloads a page, or comes back from a short loss of the link, is seen by nobody to have left.
//
// Sessions watch: a bounded set of users by id, or whoever is in their own lobby. Each change is one event "presence" to every session that watches,
// encoded once. What a session watches ends with it, and nothing is held of a user who has no session and no watcher.
//
// Of several nodes each tells the others what its own users are ([Config.Changed], [Registry.Here]), and takes what they tell ([Registry.Abroad]): sessions on
// all nodes count.
//
// # Ownership
//
// One mutex guards all of a registry. [Member.Emit] is called under it, so that a watcher hears of changes in the order in which
// they happened; it never blocks and never calls back. The only goroutines are those of the timers that end sessions' grace;
// [Registry.Close] stops them.
package presence
