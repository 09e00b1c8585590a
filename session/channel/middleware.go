package channel

import "github.com/deltatick/deltatick/session"

// Middleware is what a house wants to have done, or asked, around all channels. Of several, the first is the outermost and asked first. What is nil
// does nothing.
type Middleware struct {
	// Handle wraps the handlers of requests, events and offered uploads: it may look at the [Call], refuse it with an error, or change the reply. It is
	// called once for each handler, when the [Set] is made, and what it returns once for each call.
	Handle func(next Handler) Handler
	// Join is asked before a session becomes a member of a channel, then with the room "", and before a member joins a room. An error keeps it out,
	// and is that of a [Handler] when a client caused it.
	Join func(who session.Identity, channel, room string) error
}

// wrap puts the middleware around a channel's handlers.
func (ch *Channel) wrap(middleware []Middleware) {
	for i := len(middleware) - 1; i >= 0; i-- {
		around := middleware[i].Handle
		if around == nil {
			continue
		}
		for _, handlers := range []map[string]Handler{ch.requests, ch.events, ch.uploads} {
			for name, handle := range handlers {
				handlers[name] = around(handle)
			}
		}
		if ch.fallback != nil {
			ch.fallback = around(ch.fallback)
		}
	}
	for _, m := range middleware {
		if m.Join != nil {
			ch.join = append(ch.join, m.Join)
		}
	}
}
