package scenario

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/hostile"
)

func guide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheGuideDescribesEveryFieldRoleAndFigure(t *testing.T) {
	text := guide(t)
	for _, written := range []any{file{}, soak{}, group{}} {
		for field := range reflect.TypeOf(written).NumField() {
			name := reflect.TypeOf(written).Field(field).Tag.Get("yaml")
			if !strings.Contains(text, "\n| `"+name+"` | ") {
				t.Errorf("no row for the field %q", name)
			}
		}
	}
	for _, role := range simulator.Roles() {
		if !strings.Contains(text, "`"+string(role)+"`") {
			t.Errorf("no word on the role %q", role)
		}
	}
	for _, behaviour := range simulator.Behaviours() {
		if !strings.Contains(text, "`"+behaviour+"`") {
			t.Errorf("no word on the behaviour %q", behaviour)
		}
	}
	for _, attack := range hostile.Attacks() {
		if !strings.Contains(text, "\n| `"+attack.Name+"` | ") {
			t.Errorf("no row for the attack %q", attack.Name)
		}
	}
	for _, figure := range simulator.Figures() {
		part, _, several := strings.Cut(figure, ".")
		if several {
			part += "."
		}
		if !strings.Contains(text, "`"+part+"`") {
			t.Errorf("no word on the figure %q", figure)
		}
	}
}

func TestTheGuidesExampleIsTheFileThatItNames(t *testing.T) {
	shown := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(guide(t))
	want, err := os.ReadFile("examples/short.yaml")
	if err != nil || shown == nil || shown[1] != string(want) {
		t.Errorf("docs/scenarios.md does not show examples/short.yaml (%v)", err)
	}
}
