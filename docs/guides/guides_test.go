// Package guides_test holds the guides to what they show.
package guides_test

import (
	"os"
	"path/filepath"
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

// shown is, by guide, the files that it shows whole, and those of which it may show parts.
var shown = map[string]struct{ whole, parts []string }{
	"first-game.md": {
		whole: []string{
			"coins/start/game.go", "coins/start/main.go", "coins/start/index.html",
			"coins/finished/game.go", "coins/finished/game_test.go", "coins/finished/index.html",
		},
		parts: []string{"coins/finished/game.go", "coins/finished/index.html"},
	},
	"engines.md": {whole: []string{
		"engines/phaser.mjs", "engines/pixi.mjs", "engines/three.mjs", "engines/playcanvas.mjs",
	}},
	"bots.md":          {whole: []string{"node/bot.mjs"}},
	"from-colyseus.md": {whole: []string{"moving/from-colyseus.mjs"}},
	"from-socketio.md": {whole: []string{"moving/from-socketio.mjs"}},
}

// code is a block in a language that the tests run. Code of other libraries is fenced as ts.
var code = regexp.MustCompile("(?ms)^```(?:go|js|html)\n(.*?)\n```$")

func TestGuidesShowFilesAsTheyAre(t *testing.T) {
	for guide, files := range shown {
		whole, parts := map[string]string{}, ""
		for _, name := range files.whole {
			whole[strings.TrimRight(read(t, name), "\n")] = name
		}
		for _, name := range files.parts {
			parts += read(t, name)
		}
		for _, block := range code.FindAllStringSubmatch(read(t, guide), -1) {
			if _, ok := whole[block[1]]; ok {
				delete(whole, block[1])
			} else if !strings.Contains(parts, block[1]+"\n") {
				t.Errorf("%s shows what is in none of its files:\n%s", guide, block[1])
			}
		}
		for _, name := range whole {
			t.Errorf("%s does not show %s as it is", guide, name)
		}
	}
}

// Who makes the changes in the order of the first guide has the finished files, without the copy at its end.
func TestTheFirstGuideCanBeFollowed(t *testing.T) {
	steps, _, found := strings.Cut(read(t, "first-game.md"), "\n## All of game.go\n")
	if !found {
		t.Fatal("the guide has no copy at its end")
	}
	for _, name := range []string{"game.go", "game_test.go", "index.html"} {
		for line := range strings.Lines(read(t, "coins/finished/"+name)) {
			if !strings.Contains(steps, "\n"+line) {
				t.Errorf("no step adds this line of %s: %s", name, line)
			}
		}
	}
}

// A program that is nowhere shown is not checked by the test above either.
func TestEveryFileOfCodeIsShown(t *testing.T) {
	known := map[string]bool{"coins/finished/main.go": true} // as in coins/start
	for _, files := range shown {
		for _, name := range files.whole {
			known[name] = true
		}
	}
	for _, pattern := range []string{"*/*.mjs", "coins/*/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		for _, name := range found {
			if !known[filepath.ToSlash(name)] {
				t.Errorf("no guide shows %s", name)
			}
		}
	}
	if read(t, "coins/start/main.go") != read(t, "coins/finished/main.go") {
		t.Error("coins has two programs")
	}
}

// What is said to have no counterpart must have none: a service of several nodes is easily forgotten there, and a reader goes by it.
func TestWhoMovesHereIsToldOfSeveralNodes(t *testing.T) {
	for _, guide := range []string{"from-colyseus.md", "from-socketio.md"} {
		counterparts, lacking, found := strings.Cut(read(t, guide), "\n## What has no counterpart\n")
		if !found {
			t.Fatalf("%s does not say what has no counterpart", guide)
		}
		lacking, _, _ = strings.Cut(lacking, "\n## ")
		if !strings.Contains(counterparts, "`-redis`") || !strings.Contains(counterparts, "(../cluster.md)") {
			t.Errorf("%s does not say how several nodes are one service", guide)
		}
		if denied := several.FindString(lacking); denied != "" {
			t.Errorf("%s says that there is no %q", guide, denied)
		}
	}
}

// several is what a service of several nodes is called.
var several = regexp.MustCompile(`(?i)more than one machine|several (?:machines|nodes|processes)|redis (?:presence|driver)|cluster|one process`)

var (
	fence = regexp.MustCompile("(?ms)^```.*?^```$")
	link  = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
)

func TestLinksLeadSomewhere(t *testing.T) {
	guides, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	index := read(t, "README.md")
	for _, guide := range guides {
		if guide != "README.md" && !strings.Contains(index, "("+guide+")") {
			t.Errorf("README.md does not list %s", guide)
		}
		for _, match := range link.FindAllStringSubmatch(fence.ReplaceAllString(read(t, guide), ""), -1) {
			if _, err := os.Stat(match[1]); err != nil {
				t.Errorf("%s links to %s, which is not there", guide, match[1])
			}
		}
	}
}
