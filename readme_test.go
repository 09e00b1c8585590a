package deltatick_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheReadmeShowsTheGameAndThePageAsTheyAre(t *testing.T) {
	readme := read(t, "README.md")
	game := read(t, "games/dots/dots.go")
	for name, code := range map[string]string{
		"games/dots/dots.go":  game[strings.Index(game, "package dots"):],
		"cmd/dots/index.html": read(t, "cmd/dots/index.html"),
	} {
		if !strings.Contains(readme, "\n"+strings.TrimSpace(code)+"\n```") {
			t.Errorf("README.md does not show %s as it is", name)
		}
	}
}

func TestTheGuideToPredictionShowsItsPageAsItIs(t *testing.T) {
	page := strings.TrimSpace(read(t, "cmd/dots/predicted.html"))
	if !strings.Contains(read(t, "docs/prediction.md"), "\n"+page+"\n```") {
		t.Error("docs/prediction.md does not show cmd/dots/predicted.html as it is")
	}
}

var fence = regexp.MustCompile("(?s)```.*?```")
