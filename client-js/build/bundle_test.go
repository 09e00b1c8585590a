package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// What a page may have to load for the client, gzipped: before it can connect, and with what loads while it does.
const (
	maxAtOnce = 17_500
	maxInAll  = 29_400
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
	atOnceSize, size := 0, 0
	for name, content := range files {
		if !isMinified(name) {
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
	if atOnceSize == size {
		t.Error("nothing is left for later")
	}
}
