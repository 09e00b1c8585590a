package simulator

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Criterion is what a run has to show for a group to count as a success, such as "gap.p99 <= 40ms" or "rate.min >= 58": the name of one of
// [Figures], an operator, and a value in the figure's unit, which may be written behind it. The zero value is none.
type Criterion struct {
	Figure string
	AtMost bool // else at least
	Value  float64
}

// ParseCriterion reads a criterion's text. Operators are <=, >= and ==, which is only for 0. Times may be in ms or s, bytes a second in B/s, kB/s or MB/s.
func ParseCriterion(text string) (Criterion, error) {
	for _, op := range []string{"<=", ">=", "=="} {
		name, value, ok := strings.Cut(text, op)
		if !ok {
			continue
		}
		c := Criterion{Figure: strings.TrimSpace(name), AtMost: op != ">="}
		f, known := figures[c.Figure]
		if !known {
			return c, fmt.Errorf("%q: no figure is called %q, only %s", text, c.Figure, strings.Join(Figures(), ", "))
		}
		var err error
		if c.Value, err = f.parse(strings.TrimSpace(value)); err != nil {
			return c, fmt.Errorf("%q: %w", text, err)
		}
		if op == "==" && c.Value != 0 {
			return c, fmt.Errorf("%q: == is only for 0", text)
		}
		return c, nil
	}
	return Criterion{}, fmt.Errorf("%q: want a figure, then <=, >= or ==, then a value", text)
}

// parse reads a value in the figure's unit.
func (f figure) parse(text string) (float64, error) {
	number, factor := text, 1.0
	for _, u := range f.units() {
		if cut, ok := strings.CutSuffix(text, u.name); ok {
			number, factor = strings.TrimSpace(cut), u.factor
			break
		}
	}
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) || value < 0 {
		return 0, fmt.Errorf("%q is no value in %s", text, f.unitName())
	}
	return value * factor, nil
}

type unit struct {
	name   string
	factor float64
}

// units are those in which a value may be given, the longer names first.
func (f figure) units() []unit {
	switch f.unit {
	case "ms":
		return []unit{{"ms", 1}, {"s", float64(time.Second / time.Millisecond)}}
	case "B/s":
		return []unit{{"MB/s", 1e6}, {"kB/s", 1e3}, {"B/s", 1}}
	case "":
		return nil
	}
	return []unit{{f.unit, 1}}
}

func (f figure) unitName() string {
	if f.unit == "" {
		return "numbers"
	}
	return f.unit
}

// String is the criterion's text, from which it can be read again. At most 0 is == 0, since no figure is negative.
func (c Criterion) String() string {
	value := strconv.FormatFloat(c.Value, 'f', -1, 64) + figures[c.Figure].unit
	switch {
	case c.AtMost && c.Value == 0:
		return c.Figure + " == 0"
	case c.AtMost:
		return c.Figure + " <= " + value
	}
	return c.Figure + " >= " + value
}

// text is a value with its unit.
func (f figure) text(value float64) string {
	return strconv.FormatFloat(math.Round(value*100)/100, 'f', -1, 64) + f.unit
}

// Verdict is what became of a criterion.
type Verdict struct {
	Criterion string  `json:"criterion"`
	Value     float64 `json:"value"` // what was measured, in the figure's unit
	Measured  bool    `json:"measured"`
	Met       bool    `json:"met"` // never where nothing was measured
}

// judge holds a group's report to a criterion.
func (c Criterion) judge(r GroupReport) Verdict {
	value, measured := figures[c.Figure].of(r)
	met := value >= c.Value
	if c.AtMost {
		met = value <= c.Value
	}
	return Verdict{Criterion: c.String(), Value: value, Measured: measured, Met: measured && met}
}

// String says what was wanted and what was seen.
func (v Verdict) String() string {
	name, _, _ := strings.Cut(v.Criterion, " ")
	seen := "nothing was measured"
	if v.Measured {
		seen = figures[name].text(v.Value)
	}
	return fmt.Sprintf("%s: %s", v.Criterion, seen)
}
