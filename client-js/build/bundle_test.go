package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
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
