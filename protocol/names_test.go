package protocol_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/deltatick/deltatick/protocol"
)

func TestIdentifiersAreShortPlainLowerCase(t *testing.T) {
	for _, good := range []string{"a", "0", ".", "-", "_", "game.a-b_9", strings.Repeat("z", 64)} {
		if !protocol.ValidIdent(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []string{"", "A", "a b", "é", "a/b", "a\x00", "a\n", "`", "{", "/", ":", strings.Repeat("z", 65)} {
		if protocol.ValidIdent(bad) {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestCleanNameShowsOnlyWhatCanBeShown(t *testing.T) {
	for in, want := range map[string]string{
		"Ada": "Ada", "  Ada  Lovelace ": "Ada  Lovelace", "": "guest", " \t\n": "guest", "\x00\x1b[31mred": "[31mred",
		"日本🚀": "日本🚀", "a\u202eb": "ab", "\u200b\ufeff": "guest", "a\xffb": "ab", "a\ufffdb": "ab",
		strings.Repeat("é", 30): strings.Repeat("é", 24), " " + strings.Repeat("x", 23) + " y": strings.Repeat("x", 23),
		"   " + strings.Repeat("x", 25): strings.Repeat("x", 24),
	} {
		if got := protocol.CleanName(in, protocol.MaxNameRunes, "guest"); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"Ada", " \u00a0x", "a\xff", strings.Repeat("\u3000é", 20)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := protocol.CleanName(s, 5, "guest")
		if clean == "" || !utf8.ValidString(clean) || utf8.RuneCountInString(clean) > 5 || strings.TrimSpace(clean) != clean {
			t.Errorf("%q became %q", s, clean)
		}
		if strings.ContainsFunc(clean, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q became %q, which cannot be shown", s, clean)
		}
		if again := protocol.CleanName(clean, 5, "guest"); again != clean {
			t.Errorf("%q became %q and then %q", s, clean, again)
		}
	})
}
