package deltatick_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	target  = regexp.MustCompile(`\]\(([^)#:\s]*)(?:#([^)\s]+))?\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	code    = regexp.MustCompile("`[^`\n]*`")
)

// Tables of contents, and links from one page to a part of another, are by headings, which change.
func TestLinksOfTheDocumentationLeadToHeadingsThatAreThere(t *testing.T) {
	pages := []string{"README.md", "client-js/README.md"}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d pages, %v", pattern, len(found), err)
		}
		pages = append(pages, found...)
	}
	for _, page := range pages {
		text := code.ReplaceAllString(fence.ReplaceAllString(read(t, page), ""), "")
		for _, match := range target.FindAllStringSubmatch(text, -1) {
			to := page
			if match[1] != "" {
				to = filepath.Join(filepath.Dir(page), match[1])
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", page, to)
			} else if match[2] != "" && strings.HasSuffix(to, ".md") && !anchors(read(t, to))[match[2]] {
				t.Errorf("%s links to %s, which has no heading #%s", page, to, match[2])
			}
		}
	}
}

// anchors are the names that GitHub gives a page's headings: in lower case, with a hyphen for each space, and of signs only hyphens and underscores.
// The second heading of one text, which gets a number, is not among them.
func anchors(page string) map[string]bool {
	names := map[string]bool{}
	for _, found := range heading.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
		names[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, found[1])] = true
	}
	return names
}
