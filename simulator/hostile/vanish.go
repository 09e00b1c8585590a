package hostile

import (
	"context"
	"net"
	"net/url"

	"github.com/deltatick/deltatick/protocol"
)

// host is the host and port that the URL names.
func (a *Attacker) host() string {
	u, err := url.Parse(a.cfg.URL)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"ws": "80", "wss": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// vanish goes at some step of the way into a match, half of the time with a reset instead of TCP's goodbye.
func vanish(ctx context.Context, a *Attacker) error {
	w, err := a.dial(ctx)
	if err != nil {
		return err
	}
	defer w.cut()
	if tcp, ok := w.tcp().(*net.TCPConn); ok && a.cfg.Rand.IntN(2) == 0 {
		_ = tcp.SetLinger(0)
	}
	steps := []func() error{
		func() error { _, err := w.greet(""); return err },
		func() error { _, err := a.lobby(w, 2); return err },
		func() error { _, err := w.ask("start", nil); return err },
		func() error { _, err := w.await(protocol.KindSnapshot); return err },
	}
	for _, step := range steps[:a.cfg.Rand.IntN(len(steps)+1)] {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
