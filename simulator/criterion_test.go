package simulator_test

import (
	"strings"
	"testing"

	"github.com/deltatick/deltatick/simulator"
)

func TestACriterionsTextIsReadInItsUnitAndWrittenTheSame(t *testing.T) {
	for text, want := range map[string]struct {
		criterion simulator.Criterion
		text      string
	}{
		"gap.p99 <= 40ms":     {simulator.Criterion{Figure: "gap.p99", AtMost: true, Value: 40}, "gap.p99 <= 40ms"},
		"rejoin.max<=1.5s":    {simulator.Criterion{Figure: "rejoin.max", AtMost: true, Value: 1500}, "rejoin.max <= 1500ms"},
		" rate.min >= 58 ":    {simulator.Criterion{Figure: "rate.min", Value: 58}, "rate.min >= 58/s"},
		"rate.median >= 59/s": {simulator.Criterion{Figure: "rate.median", Value: 59}, "rate.median >= 59/s"},
		"bytes_in <= 8 kB/s":  {simulator.Criterion{Figure: "bytes_in", AtMost: true, Value: 8000}, "bytes_in <= 8000B/s"},
		"desyncs == 0":        {simulator.Criterion{Figure: "desyncs", AtMost: true}, "desyncs == 0"},
		"desyncs <= 0":        {simulator.Criterion{Figure: "desyncs", AtMost: true}, "desyncs == 0"},
		"late <= 0.0051":      {simulator.Criterion{Figure: "late", AtMost: true, Value: 0.0051}, "late <= 0.0051%"},
		"late <= 2.5%":        {simulator.Criterion{Figure: "late", AtMost: true, Value: 2.5}, "late <= 2.5%"},
	} {
		got, err := simulator.ParseCriterion(text)
		if err != nil || got != want.criterion || got.String() != want.text {
			t.Errorf("%q: %+v (%s), %v", text, got, got, err)
		}
		if again, err := simulator.ParseCriterion(got.String()); err != nil || again != got {
			t.Errorf("%q read again: %+v, %v", got, again, err)
		}
	}
}

func TestACriterionThatMakesNoSenseIsRefusedInWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "want a figure",
		"gap.p99 40":       "want a figure",
		"gap.p98 <= 40ms":  `no figure is called "gap.p98"`,
		"gap.p99 <= soon":  `"soon" is no value in ms`,
		"gap.p99 <= -1ms":  "no value",
		"gap.p99 <= NaN":   "no value",
		"gap.p99 <= 1e999": "no value",
		"gap.p99 <= 1kB/s": "no value",
		"desyncs <= 1ms":   "no value in numbers",
		"rate.min == 60":   "== is only for 0",
	} {
		if _, err := simulator.ParseCriterion(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestCriteriaThatAreNotMetFailTheRun(t *testing.T) {
	criterion := func(text string) simulator.Criterion {
		c, err := simulator.ParseCriterion(text)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	r := mustPlayAll(t, faults{halfRate: true}, simulator.Config{}, simulator.Group{MinRate: -1, Expect: []simulator.Criterion{
		criterion("rate.min >= 29"), criterion("rate.min >= 59"), criterion("gap.p50 <= 20ms"), criterion("chat.p99 <= 1s"),
	}})
	var met []bool
	for _, v := range r.Groups[0].Verdicts {
		met = append(met, v.Met)
	}
	if len(met) != 4 || !met[0] || met[1] || met[2] || met[3] || r.Unmet != 3 || r.Failed != 0 || r.OK() {
		t.Fatalf("%+v, %d unmet", r.Groups[0].Verdicts, r.Unmet)
	}
	if v := r.Groups[0].Verdicts[3]; v.Measured || !strings.Contains(v.String(), "nothing was measured") {
		t.Errorf("nobody spoke: %v", v)
	}
	var table strings.Builder
	if _, err := r.WriteTo(&table); err != nil || !strings.Contains(table.String(), "rate.min >= 59/s: 30") || !strings.Contains(table.String(), "FAILED: 3 criteria") {
		t.Errorf("%v:\n%s", err, table.String())
	}
}
