package serve

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
)

// stay opens a session that the server has to wait for.
func stay(t *testing.T, url string) {
	t.Helper()
	c, err := client.New(client.Config{URL: "ws" + strings.TrimPrefix(url, "http") + "/ws"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	if _, err := c.Lobby().List(ctx); err != nil {
		t.Fatal(err)
	}
}

// waitDraining returns when the server says that it drains, or answers no more.
func waitDraining(url string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
		if err != nil {
			return
		}
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			return
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusServiceUnavailable {
			return
		}
	}
}
