package simulator_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/deltatick/deltatick/simulator"
)

func TestATerminalIsDrawnInPlaceAndCannotBeControlledByNames(t *testing.T) {
	var out bytes.Buffer
	name := "a name \x1b[2J that clears the screen and goes on for long"
	mustPlayAll(t, faults{}, simulator.Config{Progress: &out, Terminal: true, Title: name, For: 3 * time.Second},
		simulator.Group{Name: name}, simulator.Group{Name: "b"})
	_, text, _ := strings.Cut(out.String(), "\n") // the line about the ramp
	frames := strings.Split(text, "\x1b[?7l")[1:]
	if len(frames) != 3 {
		t.Fatalf("%d frames in 3 s: %q", len(frames), text)
	}
	for i, frame := range frames {
		lines := strings.Split(strings.TrimSuffix(frame, "\x1b[J\x1b[?7h"), "\n")
		up := fmt.Sprintf("\x1b[%dA\r", len(lines)-1)
		if strings.HasPrefix(frame, up) != (i > 0) {
			t.Errorf("frame %d of %d lines: %q", i, len(lines)-1, frame)
		}
		lines[0] = strings.TrimPrefix(lines[0], up)
		for _, line := range lines {
			line = strings.TrimSuffix(line, "\x1b[K")
			if utf8.RuneCountInString(line) > 120 || strings.ContainsRune(line, '\x1b') {
				t.Errorf("frame %d: %q", i, line)
			}
		}
		if want := fmt.Sprintf("%ds of 3s", i+1); !strings.Contains(frame, want) || !strings.Contains(frame, "4/4") {
			t.Errorf("frame %d lacks %q or 4/4: %q", i, want, frame)
		}
	}
}

func TestTheRampIsShownEachSecond(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		var out bytes.Buffer
		mustPlayAll(t, faults{}, simulator.Config{Progress: &out, Terminal: terminal, Ramp: 4500 * time.Millisecond, For: time.Second}, simulator.Group{Name: "a", Bots: 8, RoomSize: 2})
		last := -1
		for _, want := range []string{"2 of 8 bots started, 2 in", "4 of 8 bots started, 4 in", "6 of 8 bots started, 6 in", "8 of 8 bots started, 8 in"} {
			at := strings.Index(out.String(), want)
			if at <= last {
				t.Fatalf("terminal %v: %q is not there, or too early:\n%q", terminal, want, out.String())
			}
			last = at
		}
		if ups := strings.Count(out.String(), "A\r"); terminal && ups != 4 || !terminal && ups != 0 { // drawn five times, in one place
			t.Errorf("terminal %v: drawn over %d times:\n%q", terminal, ups, out.String())
		}
	}
}
