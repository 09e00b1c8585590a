package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// build is the module that the go command makes of a package, as seen from a folder. It is built for WASI preview 1 as a library, which
// needs no script of Go's beside it and next to nothing of its host, without symbols, paths or the state of a repository.
func build(folder, pkg string) ([]byte, error) {
	temp, err := os.MkdirTemp("", "wasmstep")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	file := filepath.Join(temp, "step.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-ldflags=-s -w", "-o", file, pkg)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOWASM=", "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build %s: %w\n%s", pkg, err, said)
	}
	return os.ReadFile(file)
}

// compressed is a module as a server sends it.
func compressed(module []byte) []byte {
	var out bytes.Buffer
	// Neither can fail: the level is a valid one, and memory takes every write.
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(module)
	_ = w.Close()
	return out.Bytes()
}
