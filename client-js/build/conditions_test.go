package main

import "testing"

// maxConditions is what a page may have to load to try a bad network, gzipped.
const maxConditions = 4_000

func TestConditionsStaySmall(t *testing.T) {
	files := map[string][]byte{}
	if err := bundleConditions("..", files); err != nil {
		t.Fatal(err)
	}
	if size := gzipped(files[conditions]); size == 0 || size > maxConditions {
		t.Errorf("a bad network is %d bytes gzipped, at most %d are wanted", size, maxConditions)
	}
}
