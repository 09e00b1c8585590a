package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a page may have to load for the client, gzipped: before it can connect, with what loads while it does, and, by itself, what only
// those load who have a step compiled to WebAssembly.
const (
	maxAtOnce = 18_000
	maxInAll  = 32_600
	maxStep   = 1_700
)

func TestCommittedBundlesAreWhatTheSourcesMake(t *testing.T) {
	files, err := bundle("..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "dist", name))
		if err != nil {
			t.Fatalf("%v: run go run . in client-js/build", err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("dist/%s is out of date: run go run . in client-js/build", name)
		}
	}
	entries, err := os.ReadDir(filepath.Join("..", "dist"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if _, made := files[entry.Name()]; !made {
			t.Errorf("dist/%s is not made from the sources", entry.Name())
		}
	}
}

func TestTheClientStaysSmall(t *testing.T) {
	files, err := bundle("..")
	if err != nil {
		t.Fatal(err)
	}
	first, err := atOnce("..")
	if err != nil {
		t.Fatal(err)
	}
	atOnceSize, size, step := 0, 0, 0
	for name, content := range files {
		if !isMinified(name) {
			continue
		}
		if strings.Contains(name, ".step-") {
			step += gzipped(content)
			continue
		}
		size += gzipped(content)
		if slices.Contains(first, name) {
			atOnceSize += gzipped(content)
		}
	}
	if atOnceSize > maxAtOnce || size > maxInAll {
		t.Errorf("a page loads %d bytes gzipped at once and %d in all, at most %d and %d are wanted", atOnceSize, size, maxAtOnce, maxInAll)
	}
	if step == 0 || step > maxStep {
		t.Errorf("who has a step in WebAssembly loads %d bytes gzipped for it, at most %d are wanted", step, maxStep)
	}
	if atOnceSize == size {
		t.Error("nothing is left for later")
	}
}
