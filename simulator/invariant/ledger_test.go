package invariant_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/deltatick/deltatick/simulator/invariant"
)

func TestALedgerCountsFromAnywhereAndRemembersTheFirstBreaks(t *testing.T) {
	var l invariant.Ledger
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for range 100 {
				l.Check(invariant.Hash, true, "")
			}
		})
	}
	work.Wait()
	for i := range 20 {
		l.Check(invariant.Hash, false, "break %d", i)
	}
	l.Add(invariant.Hash, 5, 2, "others")
	r := found(t, &l, invariant.Hash)
	if r.Checks != 425 || r.Breaks != 22 || len(r.Details) != 8 || r.Details[0] != "break 0" {
		t.Errorf("%+v", r)
	}
	r.Details[0] = "changed"
	if again := found(t, &l, invariant.Hash); again.Details[0] != "break 0" {
		t.Error("a result is the ledger's own memory")
	}
}

func TestAllInvariantsHaveAResultInTheirOrder(t *testing.T) {
	var l invariant.Ledger
	l.Check(invariant.Leak, false, "of %d", 1)
	l.Add(invariant.Hash, 3, 0, "nothing to say")
	var got []invariant.Name
	for _, r := range l.Results() {
		got = append(got, r.Name)
	}
	if fmt.Sprint(got) != fmt.Sprint(invariant.All()) {
		t.Errorf("%v", got)
	}
	if r := found(t, &l, invariant.Hash); r.Checks != 3 || r.Breaks != 0 || len(r.Details) != 0 {
		t.Errorf("%+v", r)
	}
}
