package client

import "time"

// Session is who the server says this client is.
type Session struct {
	ID      string
	User    string // stable id of the user, as members of lobbies are told
	Name    string // display name, as cleaned by the server
	Server  string // name and version of the server software
	Grace   time.Duration
	Expires time.Time // of the credentials, by the server's clock; zero: never
	Resumed bool      // the newest welcome gave an existing session back
	Lost    uint32    // events that were lost before it: what was derived from events must be fetched anew
}

// Recovered reports whether a session was given back with every event that was missed.
func (s Session) Recovered() bool { return s.Resumed && s.Lost == 0 }

// Session returns the newest welcome's; it is zero before the first.
func (c *Client) Session() Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// Resumption is what another client takes up a session with (Config.Resume). Its token is the session's secret: it belongs in no log and in no URL.
type Resumption struct {
	Token string // "" for none
	Seq   uint32 // the newest event that was handled
}

// Resumption is that of the session as it is now: asked for by a handler, it is exact about events; by anybody else, an event may be handled meanwhile, and come
// again to who takes the session up. It is zero before the first welcome.
func (c *Client) Resumption() Resumption {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Resumption{Token: c.token, Seq: c.seq.Load()}
}
