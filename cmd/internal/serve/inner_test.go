package serve

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/server/node"
)

func TestOtherNodesAreToldOfTheListenerThatIsForThem(t *testing.T) {
	common := []string{"-redis", "redis://r:6379", "-cluster-secret-file", clusterSecret(t), "-addr", "10.0.0.1:8080"}
	for want, flags := range map[string][]string{
		"ws://10.0.0.1:8080": nil,
		"ws://10.1.0.1:8081": {"-cluster-listen", "10.1.0.1:8081"},
		"ws://one:9000":      {"-cluster-listen", ":8081", "-internal-url", "ws://one:9000"},
	} {
		cfg, err := matchProgram.parse(append(common, flags...), noEnv, io.Discard, io.Discard)
		if err != nil || cfg.node.node.Internal != want || cfg.node.node.Apart != (flags != nil) || cfg.node.node.ID == "" {
			t.Errorf("%v: %+v, %v", flags, cfg.node.node, err)
		}
	}
	for _, flags := range [][]string{
		append(common, "-cluster-listen", "10.1.0.1"), append(common, "-cluster-listen", "10.1.0.1:0"), {"-cluster-listen", "10.1.0.1:8081"},
	} {
		if _, err := program.parse(flags, noEnv, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "-cluster-listen") {
			t.Errorf("%v: %v", flags, err)
		}
	}
}

func TestAListenerForOtherNodesAnswersThemAndThePublicOneDoesNot(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	_ = free.Close()
	engine := memory.New(memory.Config{})
	defer engine.Close()
	s, err := node.New(node.Config{
		Engine: engine, Secret: []byte("the secret of the service"), Internal: "ws://" + addr, Apart: true,
		Server: server.Config{Guests: true, Kinds: []match.Kind{dots.Kind()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	stop, err := listenInner(addr, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := listenInner(addr, s); err == nil || !strings.Contains(err.Error(), "-cluster-listen") {
		t.Errorf("an address that is taken: %v", err)
	}
	public := httptest.NewServer(s.Handler())
	defer public.Close()
	for url, want := range map[string]int{"http://" + addr: http.StatusBadRequest, public.URL: http.StatusNotFound} { // the request is no WebSocket's
		answer, err := http.Get(url + server.PathCluster)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", url, answer.StatusCode, want)
		}
	}
	stop()
	if _, err := http.Get("http://" + addr + server.PathCluster); err == nil {
		t.Error("it answers after its end")
	}
}
