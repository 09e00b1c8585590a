package server_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)\n```")

// The example compiles and runs; the guide shows it, and not a copy that has gone its own way.
func TestTheEmbeddingGuideShowsTheExampleAsItIs(t *testing.T) {
	guide, err := os.ReadFile("../docs/embedding.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := goBlock.FindAllStringSubmatch(string(guide), -1)
	if len(blocks) != 4 {
		t.Errorf("%d blocks of Go", len(blocks))
	}
	for _, block := range blocks {
		if !strings.Contains(string(example), block[1]+"\n") {
			t.Errorf("not in the example:\n%s", block[1])
		}
	}
}
