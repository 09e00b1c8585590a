package client

import "github.com/deltatick/deltatick/protocol"

// Handlers are called by goroutines of Run, one at a time, as things happen. Nil ones are skipped. They must not block, and must
// not make requests themselves: the reply would be read by the goroutine that waits for it.
type Handlers struct {
	Connected func(Session)        // welcomed, for the first time or again
	Lost      func(err error)      // the socket is gone; wraps *protocol.Closed when the server said why
	Entered   func(*Room)          // a seat in a match is held, over this socket
	Snapshot  func(*Room, *View)   // a new view; Room.View returns the same
	Exited    func(Exit)           // the seat is over
	Lobby     func(*State)         // the lobby one is in changed; nil when one is in none any more
	Lobbies   func(ListChange)     // the list of lobbies changed, for who watches it
	Message   func(ChatMessage)    // something was said in the lobby, by this user too
	Typing    func(ChatTyping)     // somebody else in the lobby types, or does not any more
	Joined    func(ChatJoined)     // somebody else came into the lobby
	Left      func(ChatLeft)       // somebody else is not in the lobby any more
	Presence  func(Presence)       // the presence of somebody who is watched changed
	Notice    func(Notice)         // the server dropped something this client did
	Event     func(protocol.Event) // every event, each once and in order, also those that another handler was told of
}
