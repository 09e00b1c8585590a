package guides_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// command is a line that runs one of our programs, with the lines that it goes on in.
	command = regexp.MustCompile(`(?m)^.*(/deltatick|\./cmd/simulator) -(?:.*\\\n)*.*$`)
	flag    = regexp.MustCompile(`\s(-[a-z][a-z-]+)`)
	named   = regexp.MustCompile("`(-[a-z][a-z-]+)(?: [^`]*)?`")
	offered = regexp.MustCompile(`(?m)^  (-[a-z][a-z-]+)`)
	ready   = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	metric  = regexp.MustCompile("`((?:deltatick|process)_[a-z_]+)`")
)

// A flag that is renamed, or a metric, must not live on in the guide that people host by.
func TestTheHostingGuideNamesFlagsAndMetricsThatAreThere(t *testing.T) {
	guide := read(t, "hosting-one-machine.md")
	dir := t.TempDir()
	flags := map[string]map[string]bool{} // by program
	for _, program := range []string{"server", "simulator"} {
		binary := filepath.Join(dir, program)
		if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/"+program).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		help, _ := exec.Command(binary, "-h").CombinedOutput()
		flags[program] = map[string]bool{}
		for _, found := range offered.FindAllStringSubmatch(string(help), -1) {
			flags[program][found[1]] = true
		}
		if len(flags[program]) < 5 {
			t.Fatalf("%s -h says\n%s", program, help)
		}
	}
	commands := command.FindAllStringSubmatch(guide, -1)
	if len(commands) != 2 {
		t.Errorf("%d commands in the guide", len(commands))
	}
	for _, found := range commands {
		program := "server"
		if strings.HasSuffix(found[1], "simulator") {
			program = "simulator"
		}
		for _, used := range flag.FindAllStringSubmatch(found[0], -1) {
			if !flags[program][used[1]] {
				t.Errorf("%s has no flag %s", program, used[1])
			}
		}
	}
	for _, used := range named.FindAllStringSubmatch(guide, -1) {
		if !flags["server"][used[1]] {
			t.Errorf("server has no flag %s", used[1])
		}
	}
	metrics := metricsOf(t, filepath.Join(dir, "server"))
	for _, used := range metric.FindAllStringSubmatch(guide, -1) {
		if !strings.Contains(metrics, "# TYPE "+used[1]+" ") {
			t.Errorf("there is no metric %s", used[1])
		}
	}
}

// metricsOf runs a server for as long as it takes to ask it for its metrics.
func metricsOf(t *testing.T, server string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	cmd := exec.CommandContext(ctx, server, "-addr", "127.0.0.1:0", "-drain", "1s")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	url := ready.FindString(line)
	if url == "" {
		t.Fatalf("it said %q: %v", line, err)
	}
	resp, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
