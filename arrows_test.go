package deltatick_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/deltatick/deltatick"

// arrows says which rooms the code of a room may import; standard and third-party
// packages are not its concern. A room is a folder with all that is in it, and may
// always import itself. The arrows point down only:
//
//	cmd -> server -> session, lobby -> match -> tick, protocol
//	cmd/replay -> replay -> server, recording; server -> recording -> match
//	simulator -> client-go -> protocol     bots know only the wire
//	session, client-go -> transfer -> protocol
//	games/* -> match                       a game knows no network
var arrows = map[string][]string{
	"cmd/server":      {"cmd/internal/serve"},
	"cmd/matchserver": {"cmd/internal/serve"},
	"cmd/bodies":      {"match", "protocol", "games/*"},
	"cmd/bytes":       {"match", "protocol", "games/*"},
	"cmd/dots":        {"server", "match", "games/*"},
	"cmd/replay":      {"replay", "games/*"},
	"cmd/cost":        {"cmd/internal", "simulator", "server", "server/node", "cluster", "match", "tick", "protocol", "games/*"},
	"cmd/simulator":   {"cmd/internal", "simulator", "simulator/link", "client-go", "games/arena"}, // whose step its bots predict by
	"cmd/conformance": {"cmd/internal", "conformance"},
	"cmd/wasmstep":    {}, // builds a game's step by the go command
	"cmd/internal":    {}, // what the mains share: flags and their environment, processes that they start
	"cmd/internal/serve": { // the programs that serve
		"cmd/internal", "hosting", "server", "server/node", "cluster", "cluster/redis", "cluster/ticket", "session", "session/jwt", "lobby", "match", "games/*",
		"conformance/testchannel",
	},
	"cmd/fleet":       {"cmd/internal"}, // starts the other programs
	"cmd/faults":      {"cmd/internal", "client-go", "protocol"},
	"docs/guides":     {"server", "match"}, // the programs that guides show
	"cmd/gametypes":   {"cmd/internal", "client-go", "protocol"},
	"server/node":     {"server", "lobby", "lobby/shared", "cluster", "cluster/*", "match", "protocol", "tick"},
	"server":          {"session", "lobby", "lobby/shared", "cluster", "cluster/*", "recording", "match", "tick", "protocol", "client-js"},
	"cluster":         {},           // what nodes share knows nothing of what it is for
	"cluster/peer":    {"protocol"}, // its refusals travel as they are
	"cluster/relay":   {"protocol"},
	"cluster/outage":  {"cluster", "cluster/peer"},
	"cluster/roster":  {"cluster"},
	"cluster/matches": {"cluster", "cluster/peer", "cluster/roster", "match", "tick", "protocol"},
	"transfer":        {"protocol"}, // both ends of one, which servers and clients have alike
	"session":         {"transfer", "protocol"},
	"session/jwt":     {"session", "protocol"},
	"lobby":           {"match", "protocol"},
	"lobby/shared":    {"lobby", "cluster", "cluster/peer", "match", "protocol"}, // the lobbies of all nodes as one
	"replay":          {"server", "session", "lobby", "recording", "match", "protocol"},
	"recording":       {"match", "tick", "protocol"},
	"games/*":         {"match"},
	"match":           {"tick", "protocol"},
	"simulator":       {"simulator/link", "simulator/invariant", "client-go", "protocol"},
	"simulator/link":  {}, // bad networks, of whatever runs over TCP
	"client-go":       {"transfer", "protocol"},
	"conformance":     {"protocol"}, // from outside, and of other servers too
	"client-js":       {},
	"hosting":         {}, // what a process and whoever runs it say to each other, whatever it serves
	"tick":            {},
	"protocol":        {},
	".":               {}, // this file

	"conformance/testchannel": {"session", "protocol"}, // what a server offers to be tested
}

// testArrows are the further imports that a room's tests may have.
var testArrows = map[string][]string{
	"cmd/internal/serve": {"client-go", "cluster/memory"},
	"cmd/simulator":      {"server", "match", "games/*"},
	"docs/guides":        {"client-go", "protocol"},
	"server":             {"client-go", "games/*", "session", "session/jwt"},
	"server/node":        {"client-go", "session", "games/*"},
	"conformance":        {"conformance/testchannel", "server", "session", "session/jwt", "match", "games/*"},
	"cluster/matches":    {"games/*"},
	"lobby":              {"tick"},
	"lobby/shared":       {"cluster/roster"},
	"simulator":          {"server", "session", "lobby", "match", "games/*", "conformance/testchannel"},
	"recording":          {"games/*"},
	"replay":             {"games/*", "client-go"},
	"games/*":            {"tick", "protocol"},

	"cmd/gametypes": {"server", "session/jwt", "match", "games/*"},
}

// maxLines is where a file holds more than one concept.
const maxLines = 500

func TestArrowsPointDownOnly(t *testing.T) {
	furnished := map[string]bool{}
	forEachGoFile(t, func(file string, parsed *ast.File, _ int) {
		from, row, ok := roomOf(path.Dir(file))
		if !ok {
			t.Errorf("%s is in no room of the table: give its folder a row there, with what it may import", file)
			return
		}
		furnished[row] = true
		allowed := arrows[row]
		if strings.HasSuffix(file, "_test.go") {
			allowed = append(allowed[:len(allowed):len(allowed)], testArrows[row]...)
		}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			folder, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			if to, _, _ := roomOf(folder); to != from && !matchesAny(allowed, to) {
				t.Errorf("%s imports %s: code in %s may import, of ours, only %v", file, folder, from, allowed)
			}
		}
	})
	for row := range arrows {
		if !furnished[row] {
			t.Errorf("the table has a row for %s, where there is no Go file", row)
		}
	}
}

func TestNoFileIsTooLongToReadAtOnce(t *testing.T) {
	forEachGoFile(t, func(file string, parsed *ast.File, lines int) {
		if lines > maxLines && !ast.IsGenerated(parsed) {
			t.Errorf("%s has %d lines, more than %d: split it by concept", file, lines, maxLines)
		}
	})
}

// roomOf finds the room a folder belongs to, such as games/arena, and its row in the
// table, such as games/*; of two rows that fit, the deeper one. A folder of no row is a room
// by itself.
func roomOf(folder string) (room, row string, ok bool) {
	elements := strings.Split(folder, "/")
	room, deepest := folder, 0
	for candidate := range arrows {
		depth := strings.Count(candidate, "/") + 1
		if depth > len(elements) || depth <= deepest {
			continue
		}
		if within := path.Join(elements[:depth]...); matchesAny([]string{candidate}, within) {
			room, row, ok, deepest = within, candidate, true, depth
		}
	}
	return room, row, ok
}

func matchesAny(patterns []string, room string) bool {
	for _, pattern := range patterns {
		if ok, _ := path.Match(pattern, room); ok {
			return true
		}
	}
	return false
}

// forEachGoFile parses the imports of every Go file of this module, those for other
// platforms too. It reads them through package os, so that the go command knows that a
// cached result is out of date when one has changed; it would not with `go list`.
func forEachGoFile(t *testing.T, do func(file string, parsed *ast.File, lines int)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipFolder(name)
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		do(filepath.ToSlash(name), parsed, bytes.Count(source, []byte("\n")))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// skipFolder says whether the go command would not look for packages in a folder.
func skipFolder(name string) error {
	base := filepath.Base(name)
	if name == "." {
		return nil
	}
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return filepath.SkipDir // a module of its own
	}
	return nil
}
