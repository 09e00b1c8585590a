package client

import (
	"context"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// credentials are the auth strings of the next hello.
func (c *Client) credentials(ctx context.Context) ([]string, error) {
	if c.cfg.Auth == nil {
		return []string{"guest", c.cfg.Name}, nil
	}
	auth, err := c.cfg.Auth(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: credentials: %w", ErrUnreachable, err)
	}
	return auth, nil
}

// givesUp says whether a close code ends Run.
func (c *Client) givesUp(code protocol.CloseCode) bool {
	return !code.ComesBack() || (code == protocol.CloseAuthExpired && c.cfg.Auth == nil)
}

// renewSoon begins to renew the credentials of a link whose server has asked for it, unless that is being done. Run's goroutine calls it.
func (c *Client) renewSoon(at *link) {
	if c.cfg.Auth == nil || at.renewing.Swap(true) {
		return
	}
	at.tasks.Go(func() {
		defer at.renewing.Store(false)
		if err := c.renew(at.ctx); err != nil {
			// The server will close with CloseAuthExpired, and the next hello needs credentials, too.
			c.log.Warn("credentials not renewed", "err", err)
		}
	})
}

func (c *Client) renew(ctx context.Context) error {
	auth, err := c.credentials(ctx)
	if err != nil {
		return err
	}
	var reply struct {
		Expires int64 `msgpack:"expires"`
	}
	with := map[string][]string{"auth": auth}
	if err := c.Call(ctx, protocol.ChannelSession, protocol.RequestRenew, with, &reply); err != nil {
		return err
	}
	c.update(func() { c.session.Expires = fromUnixMilli(reply.Expires) })
	return nil
}

// fromUnixMilli is a time of the wire, zero for none.
func fromUnixMilli(ms int64) time.Time {
	if ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
