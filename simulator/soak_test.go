package simulator

import (
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator/serverstat"
)

// history is what a server tells each second for two minutes: at(i) of look i, from 0 to 119.
func history(at func(i int) map[string]float64) (all []serverstat.Sample) {
	began := time.Unix(1_700_000_000, 0)
	for i := range 120 {
		all = append(all, serverstat.Sample{At: began.Add(time.Duration(i) * time.Second), Values: at(i)})
	}
	return all
}

// steady is a server with a saw-toothed memory of 100 to 130 MB and ticks that are 0.5 ms late.
func steady(i int) map[string]float64 {
	return map[string]float64{
		serverstat.Resident: 100e6 + float64(i%7)*5e6, serverstat.Lateness + "_sum": 0.0005 * float64(i) * 60, serverstat.Lateness + "_count": float64(i) * 60,
	}
}

func TestASawToothIsNoRiseAndAGrowingFloorIsOne(t *testing.T) {
	soak, err := Soak{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		at           func(i int) map[string]float64
		memory, late bool
	}{
		"steady": {steady, true, true},
		"grows in the first half only": {func(i int) map[string]float64 {
			v := steady(i)
			v[serverstat.Resident] += float64(min(i, 59)) * 2e6
			return v
		}, true, true},
		"grows": {func(i int) map[string]float64 {
			v := steady(i)
			v[serverstat.Resident] += float64(i) * 1e6
			return v
		}, false, true},
		"gets later": {func(i int) map[string]float64 {
			v := steady(i)
			v[serverstat.Lateness+"_sum"] += 0.0001 * float64(i*i) * 60 / 2
			return v
		}, true, false},
		"says nothing of either": {func(int) map[string]float64 { return nil }, true, false},
	} {
		trends := soak.trends(history(c.at))
		if len(trends) != 2 || trends[0].OK != c.memory || trends[1].OK != c.late {
			t.Errorf("%s: %v", name, trends)
		}
	}
	if few := soak.trends(history(steady)[:3]); few[0].OK || few[1].OK {
		t.Errorf("three looks were taken for a trend: %v", few)
	}
}

func TestWhatIsLeftOverIsALeak(t *testing.T) {
	soak, err := Soak{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]float64{
		serverstat.Sessions: 1, serverstat.Lobbies: 0, serverstat.Matches: 0, serverstat.Goroutines: 20, serverstat.Resident: 30e6,
	}
	look := func(change map[string]float64) serverstat.Sample {
		values := map[string]float64{}
		for name, v := range before {
			values[name] = v
		}
		for name, v := range change {
			values[name] = v
		}
		return serverstat.Sample{Values: values}
	}
	for _, c := range []struct {
		change map[string]float64
		leaks  string // "" for none
	}{
		{nil, ""},
		{map[string]float64{serverstat.Goroutines: 60, serverstat.Resident: 150e6}, ""},
		{map[string]float64{serverstat.Sessions: 2}, "sessions"},
		{map[string]float64{serverstat.Lobbies: 1}, "lobbies"},
		{map[string]float64{serverstat.Matches: 1}, "matches"},
		{map[string]float64{serverstat.Goroutines: 71}, "goroutines"},
		{map[string]float64{serverstat.Resident: 170e6}, "resident memory"},
	} {
		for _, l := range soak.leaks(look(nil), history(steady), look(c.change)) {
			if l.OK == (l.Of == c.leaks) {
				t.Errorf("%v: %v, %v", c.change, l, l.OK)
			}
		}
	}
	if l := soak.leaks(look(nil), nil, serverstat.Sample{}); l[0].OK {
		t.Error("a server that tells nothing passed")
	}
}
