// Package client is the Go client of deltatick: what bots, tests and native Go games speak to a server with.
//
// A [Client] is one session. [New] makes it and starts nothing; [Client.Run] blocks and does everything that happens by
// itself: it dials, says hello, reads, pings, notices a dead link within two seconds, and comes back with its resume token
// until the server says not to, [Client.Bye] is called, or the context ends. Whoever starts Run waits for it:
//
//	c, err := client.New(client.Config{URL: "ws://127.0.0.1:8080/ws", Name: "ada"})
//	...
//	ended := make(chan error, 1)
//	go func() { ended <- c.Run(ctx) }()
//	state, err := c.Lobby().Create(ctx, client.NewLobby{Game: "arena"})
//	err = c.Lobby().Start(ctx)
//	room, err := c.NextRoom(ctx, nil)
//	turn := room.Input("turn")
//	err = room.Play(ctx, func(v *client.View, in *client.Input) { in.Set(turn, 1) })
//	...
//	err = c.Bye(ctx)
//	err = <-ended
//
// Three things are worth telling apart:
//
//   - a session outlives its sockets: events carry on, each once and in order, and requests wait for the next socket;
//   - a [Room] is one stay in a match. Another socket of the session gives another Room, with the same match and seat; it stays while its frames only come
//     straight from the node of the match, or through the session again (Config.NoDirect);
//   - a [View] is the match's world at one tick, immutable, read through [Column] values that were looked up once by name.
//
// [Handlers] are called on goroutines of Run, one at a time, in the order in which the server sent things; they must not block.
// Every other method may be called from any goroutine, except where it says otherwise.
//
// The wire is docs/PROTOCOL.md. The package imports nothing of ours but protocol, and transfer for the pace of uploads.
package client
