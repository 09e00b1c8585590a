package serve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
)

// TestMain lets the test binary play the server, for the tests that need a process with signals.
func TestMain(m *testing.M) {
	if os.Getenv("DELTATICK_TEST_AS_SERVER") == "1" {
		os.Args = append(os.Args[:1], strings.Fields(os.Getenv("DELTATICK_TEST_ARGS"))...)
		program.Main()
		return
	}
	os.Exit(m.Run())
}

// program is the one that the tests are about.
var program = Program{Name: "server", Version: "test"}

func parse(args []string, lookup func(string) (string, bool), out, errOut io.Writer) (config, error) {
	return program.parse(args, lookup, out, errOut)
}

func run(ctx context.Context, args []string, lookup func(string) (string, bool), out, errOut io.Writer) error {
	return program.run(ctx, args, lookup, out, errOut)
}

func noEnv(string) (string, bool) { return "", false }

func TestBadValuesAreRefusedInOneLineThatNamesTheFlag(t *testing.T) {
	secret, short := secretFile(t, strings.Repeat("s", 32)), secretFile(t, strings.Repeat("s", 31)+"\n")
	for _, c := range []struct {
		args []string
		env  map[string]string
		want string
	}{
		{args: []string{"-tick-rate", "0"}, want: "-tick-rate"},
		{args: []string{"-tick-rate", "241"}, want: "-tick-rate"},
		{args: []string{"-tick-rate", "fast"}, want: "-tick-rate"},
		{args: []string{"-max-players", "65"}, want: "-max-players"},
		{args: []string{"-max-sessions", "0"}, want: "-max-sessions"},
		{args: []string{"-max-lobbies", "-1"}, want: "-max-lobbies"},
		{args: []string{"-trusted-proxies", "10.0.0.0/8,proxy"}, want: "-trusted-proxies"},
		{args: []string{"-trusted-proxies", "10.0.0.0/33"}, want: "-trusted-proxies"},
		{args: []string{"-trusted-proxies", "::ffff:10.0.0.0/104"}, want: "-trusted-proxies"},
		{args: []string{"-max-per-address", "0"}, want: "-max-per-address"},
		{args: []string{"-handshakes-per-address", "0"}, want: "-handshakes-per-address"},
		{args: []string{"-handshakes-per-address", "NaN"}, want: "-handshakes-per-address"},
		{args: []string{"-max-divisor", "0"}, want: "-max-divisor"},
		{args: []string{"-max-divisor", "4"}, want: "-max-divisor"},
		{args: []string{"-grace", "0s"}, want: "-grace"},
		{args: []string{"-drain", "soon"}, want: "-drain"},
		{args: []string{"-record-max-bytes", "1000"}, want: "-record-max-bytes"},
		{args: []string{"-addr", "nowhere"}, want: "-addr"},
		{args: []string{"-addr", ":99999"}, want: "-addr"},
		{args: []string{"-addr", ":https 1"}, want: "-addr"},
		{args: []string{"-pprof", "6060"}, want: "-pprof"},
		{args: []string{"-pprof", ":6060"}, want: "-pprof"},
		{args: []string{"-pprof", "192.0.2.1:6060"}, want: "-pprof"},
		{args: []string{"-guests=false"}, want: "-guests"},
		{args: []string{"-jwt-issuer", "x"}, want: "-jwt-issuer"},
		{args: []string{"-jwt-audience", "x"}, want: "-jwt-audience"},
		{args: []string{"-jwt-secret-file", "nowhere"}, want: "-jwt-secret-file"},
		{args: []string{"-jwt-secret-file", short}, want: "-jwt-secret-file"},
		{args: []string{"-jwt-public-key", secret}, want: "-jwt-public-key"},
		{args: []string{"-jwks", secret}, want: "-jwks"},
		{args: []string{"-jwks", "http://keys.example/"}, want: "-jwks"},
		{args: []string{"-jwt-secret-file", secret, "-jwks", "https://keys.example/"}, want: "-jwks"},
		{args: []string{"-jwt-secret-file", secret, "-jwt-skew", "-1s"}, want: "-jwt-skew"},
		{args: []string{"-jwt-secret-file", secret, "-jwt-skew", "1h"}, want: "-jwt-skew"},
		{args: []string{"-log-level", "loud"}, want: "-log-level"},
		{args: []string{"-log-format", "xml"}, want: "-log-format"},
		{args: []string{"-hosting", "nomad"}, want: "-hosting"},
		{args: []string{"-hosting", "exec:"}, want: "-hosting"},
		{args: []string{"-hosting", "agones"}, env: map[string]string{"AGONES_SDK_HTTP_PORT": "none"}, want: "AGONES_SDK_HTTP_PORT"},
		{args: []string{"-colour"}, want: "-colour"},
		{args: []string{"serve"}, want: "serve"},
		{env: map[string]string{"DELTATICK_TICK_RATE": "many"}, want: "DELTATICK_TICK_RATE"},
	} {
		lookup := func(name string) (string, bool) {
			v, ok := c.env[name]
			return v, ok
		}
		var usage *usageError
		err := run(t.Context(), c.args, lookup, io.Discard, io.Discard)
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v %v: %v", c.args, c.env, err)
		}
	}
}

func TestAPortInUseIsAnErrorThatNamesTheFlag(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	err = run(t.Context(), []string{"-addr", other.Addr().String()}, noEnv, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "-addr") {
		t.Errorf("%v", err)
	}
}

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	lookup := func(name string) (string, bool) {
		v, ok := map[string]string{"DELTATICK_TICK_RATE": "30", "DELTATICK_GRACE": "7s", "DELTATICK_MAX_DIVISOR": "3"}[name]
		return v, ok
	}
	cfg, err := parse([]string{"-tick-rate", "20"}, lookup, io.Discard, io.Discard)
	if err != nil || cfg.server.TickRate != 20 || cfg.server.Grace != 7*time.Second || cfg.server.MaxDivisor != 3 {
		t.Errorf("%+v, %v", cfg.server, err)
	}
}

func TestHelpNamesEveryFlagAndItsTwin(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, noEnv, &out, io.Discard); !errors.Is(err, env.ErrHelp) {
		t.Fatal(err)
	}
	for _, flag := range []string{"addr", "tick-rate", "max-players", "max-sessions", "max-lobbies", "trusted-proxies", "max-per-address", "handshakes-per-address",
		"grace", "max-divisor", "drain", "record", "record-max-bytes", "origins",
		"jwt-secret-file", "jwt-public-key", "jwks", "jwt-issuer", "jwt-audience", "jwt-skew", "guests", "log-level", "log-format", "pprof",
		"hosting", "healthcheck", "version", "dev", "redis", "cluster-secret-file", "node", "public-url", "internal-url", "cluster-listen", "region", "lease",
		"checkpoint", "matches", "same-region", "same-version"} {
		if !strings.Contains(out.String(), "-"+flag+" ") || !strings.Contains(out.String(), env.Twin("DELTATICK_", flag)) {
			t.Errorf("help lacks -%s or its twin", flag)
		}
	}
}

// process is a server in a process of its own.
type process struct {
	*exec.Cmd
	url string
}

func startProcess(t *testing.T, args string, env ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, os.Args[0])}
	p.Env = append(append(os.Environ(), "DELTATICK_TEST_AS_SERVER=1", "DELTATICK_TEST_ARGS=-addr 127.0.0.1:0 "+args), env...)
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no first line: %v", err)
	}
	_, rest, ok := strings.Cut(line, "open ")
	p.url, _, _ = strings.Cut(rest, " ")
	if !ok || !strings.HasPrefix(p.url, "http://127.0.0.1:") {
		t.Fatalf("the first line does not say where to look: %q", line)
	}
	return p
}

func TestTheProcessServesAndEndsCleanlyOnSIGTERM(t *testing.T) {
	p := startProcess(t, "")
	resp, err := http.Get(p.url + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("readyz: %d, %v", resp.StatusCode, err)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

func TestASecondSignalEndsADrainAtOnce(t *testing.T) {
	p := startProcess(t, "-drain 1h")
	// A session that stays keeps the drain waiting.
	stay(t, p.url)
	for range 2 {
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		waitDraining(p.url)
	}
	err := p.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("ended with %v", err)
	}
}
