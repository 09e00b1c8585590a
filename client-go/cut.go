package client

// Cut drops the current socket, if there is one, without a close frame, as a broken network would. The client comes back by
// itself. It is for tests and chaos.
func (c *Client) Cut() { c.sever((*socket).cut) }

// CutMidFrame is [Client.Cut] after the first bytes of a frame.
func (c *Client) CutMidFrame() { c.sever((*socket).cutMidFrame) }

func (c *Client) sever(how func(*socket)) {
	c.mu.Lock()
	at := c.link
	c.mu.Unlock()
	if at != nil {
		how(at.sock)
	}
}
