package client

import "context"

// Online reports whether there is a welcomed socket.
func (c *Client) Online() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link != nil
}

// present is the welcomed socket's link, or nil.
func (c *Client) present() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link
}

// Room returns the match this client is in, or nil.
func (c *Client) Room() *Room {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.room
}

// NextRoom waits until the client is in a room other than after, which may be nil, and returns it. It fails when ctx or Run
// ends.
func (c *Client) NextRoom(ctx context.Context, after *Room) (*Room, error) {
	var room *Room
	err := c.await(ctx, func() bool {
		room = c.room
		return room != nil && room != after
	})
	if err != nil {
		return nil, err
	}
	return room, nil
}

// over reports whether Run has ended.
func (c *Client) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended != nil
}

// update changes what mu guards and wakes everybody who waits for a change.
func (c *Client) update(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	close(c.changed)
	c.changed = make(chan struct{})
}

// await blocks until ok, which is asked under the lock, or until ctx or Run ends.
func (c *Client) await(ctx context.Context, ok func() bool) error {
	for {
		c.mu.Lock()
		yes, ended, changed := ok(), c.ended, c.changed
		c.mu.Unlock()
		switch {
		case yes:
			return nil
		case ended != nil:
			return ended
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
