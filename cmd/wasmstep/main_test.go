package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const (
	root     = "../.."
	arena    = "./games/arena/wasm"
	artefact = "client-js/page/arena-step.wasm.gz"
	maxSize  = 620_000 // bytes that a page loads
)

func TestTheCommittedStepOfTheArenaIsWhatItsSourcesMake(t *testing.T) {
	readSources(t)
	packed, err := os.ReadFile(filepath.Join(root, artefact))
	if err != nil {
		t.Fatal(err)
	}
	if len(packed) > maxSize {
		t.Errorf("a page loads %d bytes, at most %d are wanted: does the step import what it does not need?", len(packed), maxSize)
	}
	committed := unpacked(t, packed)
	if !bytes.Contains(committed, []byte(runtime.Version())) {
		t.Skipf("it was built by another version of Go than %s: what it does is compared by client-js/test/step.test.js", runtime.Version())
	}
	built, err := build(root, arena)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(built, committed) {
		t.Errorf("%s is out of date: run go generate %s", artefact, arena)
	}
	if !bytes.Equal(unpacked(t, compressed(built)), built) {
		t.Error("what is written is not what was built")
	}
}

func TestAPackageThatDoesNotCompileIsReported(t *testing.T) {
	_, err := build(root, "./games/nowhere")
	if err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("got %v", err)
	}
}

// readSources reads what the module is made of, so that the go command knows that a cached result of this test is out of date when some
// of it has changed; of a build by a child it knows nothing.
func readSources(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", `{{if not .Standard}}{{range .GoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{end}}`, arena)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	list, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for file := range strings.SplitSeq(strings.TrimSpace(string(list)), "\n") {
		if file == "" { // between two packages
			continue
		}
		if _, err := os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	module, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return module
}
