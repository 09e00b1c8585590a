package serve

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/hosting"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/server/node"
)

func TestAMatchServerSaysHowItIsWithoutRedis(t *testing.T) {
	var out bytes.Buffer
	if err := matchProgram.run(t.Context(), []string{"-version"}, noEnv, &out, io.Discard); err != nil || !strings.HasPrefix(out.String(), "deltatick matchserver test ") {
		t.Errorf("%q, %v", out.String(), err)
	}
	healthy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer healthy.Close()
	args := []string{"-healthcheck", "-addr", strings.TrimPrefix(healthy.URL, "http://")}
	if err := matchProgram.run(t.Context(), args, noEnv, io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
	cfg, err := matchProgram.parse([]string{
		"-redis", "redis://r:6379", "-cluster-secret-file", clusterSecret(t), "-pprof", "127.0.0.1:6060",
	}, noEnv, io.Discard, io.Discard)
	if err != nil || cfg.pprof != "127.0.0.1:6060" {
		t.Errorf("profiles at %q, %v", cfg.pprof, err)
	}
}

// listener is a host that hears of load.
type listener struct {
	hosting.Host
	heard chan hosting.Load
}

func (l *listener) Health() {}

func (l *listener) SetLoad(load hosting.Load) {
	select {
	case l.heard <- load:
	default:
	}
}

func TestRoomsOfAMatchServerAreItsMatches(t *testing.T) {
	for noLobbies, want := range map[bool]int{true: 7, false: 11} {
		engine := memory.New(memory.Config{})
		defer engine.Close()
		s, err := node.New(node.Config{
			Engine: engine, Secret: []byte("the secret of the service"), URL: "ws://127.0.0.1:1", Matches: 7, NoLobbies: noLobbies,
			Server: server.Config{Guests: true, MaxLobbies: 11, Kinds: []match.Kind{dots.Kind()}},
		})
		if err != nil {
			t.Fatal(err)
		}
		host := &listener{heard: make(chan hosting.Load, 1)}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			keep(ctx, host, s, noLobbies)
		}()
		if load := <-host.heard; load.RoomCapacity != want || load.Rooms != 0 {
			t.Errorf("without lobbies: %v: %+v", noLobbies, load)
		}
		stop()
		<-done
	}
}
