package serve

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/deltatick/deltatick/server"
)

// healthTimeout is for one question to a server on the same machine.
const healthTimeout = 3 * time.Second

// checkHealth asks the server that was started with the same flags, on this machine, whether it is well: what images without a shell or a
// client have for a health check.
func checkHealth(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, localURL(addr)+server.PathHealth, nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is this machine
	answer, err := client.Do(q)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d", q.URL, answer.StatusCode)
	}
	return nil
}

// localURL is where this machine finds a server that listens on addr, which has been checked.
func localURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
