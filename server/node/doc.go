// Package node makes a server one of several nodes of a service, which have an engine (package cluster), such as Redis, and a secret in common.
//
// What it makes of a [Config] is a [server.Server], which is run and embedded like one that is alone. In it are, each in its room: the keeper that renews leases, the roster
// of nodes, the mesh between them, a host of matches, a placer of the matches that its lobbies want, and lobbies that are those of all nodes.
//
// A node may have lobbies, run matches, or both. One without lobbies is a dedicated match server: it lets in who has a seat ticket, and nobody else.
//
// Order of things: the server's Run enters the node in the directory first, lets keeper, roster and host run, and then what makes a server. When it is
// told to end, matches and lobbies are handed over while everything still runs, then clients are sent away, whose sessions other nodes fetch, and at last the node leaves the directory.
package node
