package main

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/deltatick/deltatick/simulator/link"
)

// serve is the proxy until ctx ends. It returns the exit code.
func (cfg config) serve(ctx context.Context, out, errOut io.Writer) int {
	listener, err := net.Listen("tcp", cfg.proxy.listen)
	if err != nil {
		fmt.Fprintln(errOut, "simulator: -proxy:", err)
		return 1
	}
	p := link.Proxy{To: cfg.proxy.to, Profile: cfg.group.Network, Seed: cfg.run.Seed, Log: cfg.run.Progress}
	fmt.Fprintf(out, "%s in front of %s, over the network %s; Ctrl-C ends it\n", listener.Addr(), p.To, p.Profile)
	if err := p.Serve(ctx, listener); err != nil {
		fmt.Fprintln(errOut, "simulator: -proxy:", err)
		return 1
	}
	return 0
}
