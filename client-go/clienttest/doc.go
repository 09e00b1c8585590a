// Package clienttest is the other end of a client in tests: a server in memory that does what the test tells it to, frame by
// frame. It needs no port and no real time, so it works inside a testing/synctest bubble.
//
//	srv := clienttest.NewServer()
//	c, _ := client.New(client.Config{URL: clienttest.URL, NetDial: srv.Dial})
//	go c.Run(ctx)
//	conn, _ := srv.Accept(ctx)
//	hello, _ := conn.Hello()
//	conn.Welcome(protocol.Welcome{})
//	conn.Send(&protocol.Event{...})
//
// It knows the wire and nothing of lobbies or matches.
package clienttest
