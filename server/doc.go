// Package server assembles the rooms of deltatick into one service: sessions in front, lobbies behind them, matches behind those.
//
// It is the only package that knows both connections and matches. What joins them is a player: one for each session, which
// gives the session's connection to the seat that the lobby found for it, takes it away when the connection drops, and gives
// the seat the next one when the session resumes.
//
// A program that wants deltatick beside its own routes makes a [Server] with [New], mounts [Server.Handler], and lets one goroutine
// [Server.Run] it. One that is nothing but a game gives its page as [Config.Pages] and calls [Server.ListenAndServe], which does the rest. Run ends the service in order: no new sessions and matches, a bounded wait for the running ones, then
// every connection is told to come back, lobbies and matches stop, and nothing is left running.
package server
