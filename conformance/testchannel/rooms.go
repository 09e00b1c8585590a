package testchannel

import (
	"github.com/deltatick/deltatick/session/channel"
)

// entry is the payload of "enter".
type entry struct {
	Room string `msgpack:"room"`
}

// enter lets the session into a room.
func enter(c *channel.Call, p entry) (any, error) { return nil, c.Join(p.Room) }

// called is the payload of "call" and "called": the N-th of a sender's.
type called struct {
	Room string `msgpack:"room"`
	From string `msgpack:"from"`
	N    uint32 `msgpack:"n"`
}

// sendOn tells everybody in a room of a call, the caller included.
func sendOn(c *channel.Call, p called) error {
	_, err := c.Channel().Rooms(p.Room).Emit("called", p)
	return err
}
