package invariant_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/simulator/invariant"
)

func TestASeatIsOneBotsAtATime(t *testing.T) {
	const grace = 10 * time.Second
	later := func() time.Time { return time.Now().Add(grace) }
	for _, test := range []struct {
		name  string
		lives func(o *invariant.Owners)
		holds bool
		says  string
	}{
		{"given twice", func(o *invariant.Owners) { o.Hold("m", 1, 1); o.Hold("m", 1, 2) }, false, "while bot 1 had it"},
		{"two seats", func(o *invariant.Owners) { o.Hold("m", 1, 1); o.Hold("m", 2, 2) }, true, ""},
		{"two matches", func(o *invariant.Owners) { o.Hold("m", 1, 1); o.Hold("n", 1, 2) }, true, ""},
		{"come back to", func(o *invariant.Owners) { o.Hold("m", 1, 1); o.Hold("m", 1, 1) }, true, ""},
		{"given up", func(o *invariant.Owners) { o.Hold("m", 1, 1); o.Release("m", 1, 1); o.Hold("m", 1, 2) }, true, ""},
		{"given up by who has it no more", func(o *invariant.Owners) {
			o.Hold("m", 1, 1)
			o.Release("m", 1, 2)
			o.Hold("m", 1, 3)
		}, false, "while bot 1 had it"},
		{"resumed within the grace", func(o *invariant.Owners) {
			o.Hold("m", 1, 1)
			o.Keep("m", 1, 1, later(), false)
			time.Sleep(grace - 1)
			o.Hold("m", 1, 1)
		}, true, ""},
		{"taken within the grace", func(o *invariant.Owners) {
			o.Hold("m", 1, 1)
			o.Keep("m", 1, 1, later(), false)
			time.Sleep(grace - 1)
			o.Hold("m", 1, 2)
		}, false, "kept for bot 1, who had lost its socket"},
		{"taken after the grace", func(o *invariant.Owners) {
			o.Hold("m", 1, 1)
			o.Keep("m", 1, 1, later(), false)
			time.Sleep(grace)
			o.Hold("m", 1, 2)
		}, true, ""},
		{"of a session that is let go of, given to the same bot anew", func(o *invariant.Owners) {
			o.Hold("m", 1, 1)
			o.Keep("m", 1, 1, later(), true)
			o.Hold("m", 1, 1)
		}, false, "that bot 1 had let go of"},
		{"of a session that is let go of, after its grace", func(o *invariant.Owners) {
			o.Hold("m", 1, 1)
			o.Keep("m", 1, 1, later(), true)
			time.Sleep(grace)
			o.Hold("m", 1, 2)
		}, true, ""},
		{"let go of by who has it no more", func(o *invariant.Owners) {
			o.Hold("m", 1, 1)
			o.Keep("m", 1, 2, time.Now(), false)
			o.Hold("m", 1, 2)
		}, false, "while bot 1 had it"},
		{"a spectator's", func(o *invariant.Owners) {
			o.Keep("m", 0, 0, later(), true)
			o.Hold("m", 1, 1)
		}, true, ""},
		{"over while it was kept", func(o *invariant.Owners) { // the match has ended it, or a bye
			o.Hold("m", 1, 1)
			o.Keep("m", 1, 1, later(), false)
			o.Release("m", 1, 1)
			o.Hold("m", 1, 2)
		}, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l invariant.Ledger
				test.lives(invariant.NewOwners(&l))
				if r := found(t, &l, invariant.Owner); r.Checks == 0 || (r.Breaks == 0) != test.holds {
					t.Errorf("%+v", r)
				} else if !test.holds {
					wantOf(t, &l, invariant.Owner, r.Checks, 1, test.says)
				}
			})
		})
	}
}
