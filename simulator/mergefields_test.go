package simulator

import (
	"reflect"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator/invariant"
)

// filled gives every field that is a number, a text, a truth, a distribution or a map some value.
func filled(t *testing.T, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Interface().(type) {
		case Spread:
			f.Set(reflect.ValueOf(spreadOf(map[time.Duration]int{time.Millisecond: 3})))
		case Range:
			f.Set(reflect.ValueOf(Range{1, 1, 1}))
		case map[string]uint64:
			f.Set(reflect.ValueOf(map[string]uint64{"x": 1}))
		case map[string]int:
			f.Set(reflect.ValueOf(map[string]int{"x": 1}))
		case map[string]float64:
			f.Set(reflect.ValueOf(map[string]float64{"x": 1}))
		default:
			switch {
			case f.CanInt():
				f.SetInt(1)
			case f.CanUint():
				f.SetUint(1)
			case f.CanFloat():
				f.SetFloat(1)
			case f.Kind() == reflect.Bool:
				f.SetBool(true)
			case f.Kind() == reflect.String:
				f.SetString("x")
			}
		}
	}
}

func TestNoFieldOfAGroupOrALapIsLostInAMerge(t *testing.T) {
	var parts [2]Report
	for i := range parts {
		var lap Lap
		filled(t, reflect.ValueOf(&lap).Elem())
		var g GroupReport
		filled(t, reflect.ValueOf(&g).Elem())
		g.Each, g.Laps, g.Verdicts = []BotReport{{Bot: i, Seated: 60, Snapshots: 1, RTT: 1}}, []Lap{lap}, []Verdict{{Criterion: "visits >= 1"}}
		parts[i] = Report{Run: "r", Part: i + 1, Parts: 2, Measured: 1, Groups: []GroupReport{g}}
	}
	g := mustMerge(t, parts[:]...).Groups[0]
	for _, v := range []reflect.Value{reflect.ValueOf(g), reflect.ValueOf(g.Laps[0])} {
		for i := range v.NumField() {
			f, name := v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name
			empty := f.IsZero() || (f.Kind() == reflect.Map || f.Kind() == reflect.Slice) && f.Len() == 0
			if s, ok := f.Interface().(Spread); empty || ok && s.Count != 6 {
				t.Errorf("%s of two parts is %v", name, f)
			}
		}
	}
}

func TestOfEveryInvariantItIsSaidWhatLooksAtIt(t *testing.T) {
	for _, name := range invariant.All() {
		if howChecked[name] == "" {
			t.Errorf("nothing is said of %s", name)
		}
	}
}
