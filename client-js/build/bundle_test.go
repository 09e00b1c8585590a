package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// maxGzipped is what a page may have to load for the client: 7 kB of it is the reader of packed bodies.
const maxGzipped = 25_000

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
	if size := gzipped(files[minified]); size > maxGzipped {
		t.Errorf("%s has %d bytes gzipped, at most %d are wanted", minified, size, maxGzipped)
	}
}
