package serve

import (
	"io"
	"testing"

	"github.com/deltatick/deltatick/conformance/testchannel"
	"github.com/deltatick/deltatick/server"
)

func TestTheTestChannelIsThereForDevelopmentOnly(t *testing.T) {
	for _, c := range []struct {
		args []string
		want bool
	}{{nil, false}, {[]string{"-dev"}, true}, {[]string{"-dev=false"}, false}} {
		cfg, err := parse(c.args, noEnv, io.Discard, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		s, err := server.New(cfg.server)
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, ch := range s.Channels() {
			got = got || ch.Name() == testchannel.Name
		}
		if got != c.want {
			t.Errorf("%q: the channel is there: %v", c.args, got)
		}
	}
}
