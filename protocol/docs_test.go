package protocol_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// What docs/PROTOCOL.md says in tables is compared with what the code says.

// docSection is the text under a heading of docs/PROTOCOL.md, such as "## 8.".
func docSection(t testing.TB, heading string) string {
	t.Helper()
	doc, err := os.ReadFile("../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(doc), "\n"+heading)
	if !found {
		t.Fatalf("docs/PROTOCOL.md has no section %s", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return section
}

// docTable is the rows of the first table in a text, without its head.
func docTable(t testing.TB, text string) [][]string {
	t.Helper()
	var rows [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			if rows != nil {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatal("no table where one was")
	}
	return rows[2:]
}

func TestKindsAreThoseOfTheDocs(t *testing.T) {
	shortest := map[string]int{} // elements of the shortest frame of each kind
	for _, v := range frameVectors(t) {
		if n, ok := shortest[v.Kind]; !ok || len(v.Value) < n {
			shortest[v.Kind] = len(v.Value)
		}
	}
	delete(shortest, "unknown")
	aside := regexp.MustCompile(`\([^)]*\)`)
	for _, row := range docTable(t, docSection(t, "## 2. ")) {
		number, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatal(err)
		}
		if name := protocol.Kind(number).String(); name != row[1] {
			t.Errorf("kind %d is %s in the docs and %s in the code", number, row[1], name)
		}
		if from := map[bool]string{true: "server", false: "client"}[protocol.Kind(number) >= protocol.KindWelcome]; from != row[2] {
			t.Errorf("%s comes from a %s in the docs", row[1], row[2])
		}
		if n := 1 + strings.Count(aside.ReplaceAllString(row[3], ""), "`")/2; n != shortest[row[1]] {
			t.Errorf("%s has %d elements in the docs and at least %d in the code", row[1], n, shortest[row[1]])
		}
		delete(shortest, row[1])
	}
	if len(shortest) > 0 {
		t.Errorf("the docs do not have %v", shortest)
	}
}

func TestCloseCodesAreThoseOfTheDocs(t *testing.T) {
	undocumented := map[protocol.CloseCode]bool{}
	for _, code := range protocol.CloseCodes() {
		undocumented[code] = true
	}
	wait := regexp.MustCompile(`waiting 0-(\d+) ms`)
	for _, row := range docTable(t, docSection(t, "## 8. ")) {
		number, err := strconv.ParseUint(row[0], 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		code := protocol.CloseCode(number)
		if !undocumented[code] {
			t.Errorf("%d is not in the code, or twice in the docs", code)
		}
		delete(undocumented, code)
		if code.Name() != row[1] {
			t.Errorf("%d is %s in the docs and %s in the code", code, row[1], code.Name())
		}
		if back := strings.HasPrefix(row[3], "resumes"); back != code.ComesBack() || back == strings.HasPrefix(row[3], "stays away") {
			t.Errorf("%s: the client %q, comes back in the code: %v", row[1], row[3], code.ComesBack())
		}
		want := time.Duration(0)
		if m := wait.FindStringSubmatch(row[3]); m != nil {
			want, _ = time.ParseDuration(m[1] + "ms")
		}
		if code.Wait() != want {
			t.Errorf("%s: a wait of up to %v in the docs and %v in the code", row[1], want, code.Wait())
		}
	}
	if len(undocumented) > 0 {
		t.Errorf("not in the docs: %v", slices.Collect(maps.Keys(undocumented)))
	}
}

func TestErrorCodesAreThoseOfTheDocs(t *testing.T) {
	_, text, _ := strings.Cut(docSection(t, "## 4. "), "Error codes in replies:")
	text, _, _ = strings.Cut(text, "\n\n")
	var documented []string
	for _, m := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(text, -1) {
		documented = append(documented, m[1])
	}
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var coded []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			value, _ := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			coded = append(coded, value)
		}
		return true
	})
	slices.Sort(documented)
	slices.Sort(coded)
	if len(coded) == 0 || !slices.Equal(documented, coded) {
		t.Errorf("docs: %v\ncode: %v", documented, coded)
	}
}

func TestLimitsAreThoseOfTheDocs(t *testing.T) {
	thousands := func(n int) string {
		if n < 1000 {
			return strconv.Itoa(n)
		}
		return fmt.Sprintf("%d,%03d", n/1000, n%1000)
	}
	seconds := func(d time.Duration) string { return fmt.Sprintf("%v s", d.Seconds()) }
	limits := map[string]string{}
	for _, row := range docTable(t, docSection(t, "## 9. ")) {
		limits[row[0]] = row[1]
	}
	for what, want := range map[string]string{
		"handshake to hello":          seconds(protocol.HelloTimeout),
		"hello frame":                 thousands(protocol.MaxHelloFrame) + " B",
		"later client frames":         thousands(protocol.MaxClientFrame) + " B",
		"nesting / values in a frame": fmt.Sprintf("%d / %s", protocol.MaxDepth, thousands(protocol.MaxClientValues)),
		"unacknowledged snapshots":    seconds(protocol.AckTimeout),
		"write not finished":          seconds(protocol.WriteTimeout),
		"silence":                     seconds(protocol.SilentTimeout),
	} {
		if limits[what] != want {
			t.Errorf("%s: %q in the docs, %q in the code", what, limits[what], want)
		}
	}
	for _, c := range []struct{ section, says string }{
		{"## 1. ", thousands(protocol.MaxHelloFrame) + " bytes for the first"}, {"## 1. ", thousands(protocol.MaxClientFrame) + " bytes after"},
		{"## 1. ", fmt.Sprintf("%d MiB", protocol.MaxServerFrame>>20)}, {"## 1. ", fmt.Sprintf("%d levels", protocol.MaxDepth)},
		{"## 1. ", thousands(protocol.MaxClientValues) + " values"}, {"## 2. ", fmt.Sprintf("at most %d bytes", protocol.MaxTokenBytes)},
		{"## 2. ", fmt.Sprintf("str ≤ %d", protocol.MaxIdentBytes)}, {"## 3. ", fmt.Sprintf("%d characters", protocol.MaxNameRunes)},
		{"## 3. ", "nothing for " + seconds(protocol.LinkTimeout)}, {"## 3. ", "silent for " + seconds(protocol.SilentTimeout)},
		{"## 4. ", fmt.Sprintf("{1,%d}", protocol.MaxIdentBytes)}, {"## 5. ", fmt.Sprintf("+ %d ms", protocol.AckSlack.Milliseconds())},
		{"## 6. ", fmt.Sprintf("at most %d tables, %d fields", protocol.MaxTables, protocol.MaxFields)},
		{"## 6. ", fmt.Sprintf("at most %d fields", protocol.MaxInputFields)}, {"## 6. ", fmt.Sprintf("1 to %d bytes of UTF-8", protocol.MaxIdentBytes)},
	} {
		if text := strings.Join(strings.Fields(docSection(t, c.section)), " "); !strings.Contains(text, c.says) {
			t.Errorf("section %s of the docs does not say %q", c.section, c.says)
		}
	}
}
