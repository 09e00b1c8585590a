package invariant_test

import (
	"strings"
	"testing"

	"github.com/deltatick/deltatick/simulator/invariant"
)

// found is what a ledger has of an invariant.
func found(t *testing.T, l *invariant.Ledger, name invariant.Name) invariant.Result {
	t.Helper()
	for _, r := range l.Results() {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no result of %s", name)
	return invariant.Result{}
}

// wantOf holds a ledger to having looked at one invariant alone so often, and found it broken so often, saying each text in the details.
func wantOf(t *testing.T, l *invariant.Ledger, name invariant.Name, checks, breaks uint64, says ...string) {
	t.Helper()
	r := found(t, l, name)
	if r.Checks != checks || r.Breaks != breaks {
		t.Errorf("%s: %d breaks in %d checks, want %d in %d: %v", name, r.Breaks, r.Checks, breaks, checks, r.Details)
	}
	all := strings.Join(r.Details, "\n")
	for _, text := range says {
		if !strings.Contains(all, text) {
			t.Errorf("%q does not say %q", all, text)
		}
	}
	for _, other := range l.Results() {
		if other.Name != name && other.Checks != 0 {
			t.Errorf("%s was looked at, too: %+v", other.Name, other)
		}
	}
}
