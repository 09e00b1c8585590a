package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
)

// ErrRemote means that the target is not this machine. A load test of somebody else's server is an attack, so it has to be
// asked for.
var ErrRemote = errors.New("not this machine's loopback")

// checkLocal refuses targets whose every address is not a loopback one.
func checkLocal(ctx context.Context, target string) error {
	u, err := url.Parse(target)
	if err != nil || u.Hostname() == "" {
		return fmt.Errorf("url %q: want ws://host:port/path", target)
	}
	addrs, err := net.DefaultResolver.LookupIPAddr(ctx, u.Hostname())
	if err != nil {
		return fmt.Errorf("url %q: %w", target, err)
	}
	for _, addr := range addrs {
		if !addr.IP.IsLoopback() {
			return fmt.Errorf("%s is %w", u.Hostname(), ErrRemote)
		}
	}
	return nil
}
