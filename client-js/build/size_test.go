package main

import "testing"

// What a page may have to load of the client, in bytes as gzip packs them.
const (
	maxAtOnce     = 15_850 // before it can do anything
	maxPredicting = 19_200 // with what predicts
	maxMoving     = 22_500 // with what interpolates views, too
	maxConnecting = 19_200 // with lobby, presence and the reader of schemas instead: what a client has when it says hello that takes bodies in the codec mp
	maxPacked     = 32_450 // with all of that and the reader of packed bodies: what any other has
	maxSeldom     = 4_500  // by itself: the link over HTTP, transfers and answers
	maxDirect     = 1_500  // by itself: what brings a match from its own node
	maxStep       = 1_500  // by itself: what only those load who have a step compiled to WebAssembly
	maxClassic    = 40_000 // all of it in one script
)

func TestTheClientStaysSmall(t *testing.T) {
	size, err := measure("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range later {
		if size.Later[module] == 0 {
			t.Errorf("%s has no file of its own", module)
		}
	}
	if len(size.Later) != len(later) {
		t.Errorf("files that load later: %v, want those of %v: does one share code with another that the core lacks?", size.Later, later)
	}
	script := map[string][]byte{}
	if _, err := bundleOne("..", classic, script); err != nil {
		t.Fatal(err)
	}
	predicting := size.AtOnce + size.Later["prediction.js"]
	moving := predicting + size.Later["views.js"]
	for _, part := range []struct {
		what      string
		size, max int
	}{
		{"at once", size.AtOnce, maxAtOnce},
		{"to predict", predicting, maxPredicting},
		{"to predict and interpolate", moving, maxMoving},
		{"to connect", size.AtOnce + size.Later["social.js"], maxConnecting},
		{"to connect, read packed bodies, predict and interpolate", moving + size.Later["social.js"] + size.Later["packed/decoder.js"], maxPacked},
		{"for HTTP and transfers", size.Later["seldom.js"], maxSeldom},
		{"to reach the node of a match", size.Later["direct.js"], maxDirect},
		{"for a step in WebAssembly", size.Later["step.js"], maxStep},
		{"as a script", gzipped(script[classic]), maxClassic},
	} {
		if part.size > part.max {
			t.Errorf("a page loads %d bytes gzipped %s, at most %d are wanted", part.size, part.what, part.max)
		}
	}
}
