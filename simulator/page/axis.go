package page

import (
	"fmt"
	"math"
	"strconv"
)

// tick is a mark on an axis.
type tick struct {
	At   float64 // in the axis' unit
	Text string
}

// roundSteps are the steps between ticks that read well, in one decade.
var roundSteps = []float64{1, 2, 2.5, 5, 10}

// valueTicks are about four marks from 0 up to the first that is no less than largest.
func valueTicks(largest float64) []tick {
	if largest <= 0 {
		largest = 1
	}
	const about = 4
	decade := math.Pow(10, math.Floor(math.Log10(largest/about)))
	step := 10 * decade
	for _, s := range roundSteps {
		if s*decade*about >= largest*0.999 {
			step = s * decade
			break
		}
	}
	decimals := 0
	for scaled := step; decimals < 6 && math.Abs(scaled-math.Round(scaled)) > 1e-9*scaled; scaled *= 10 {
		decimals++
	}
	var all []tick
	for i := 0; ; i++ {
		at := float64(i) * step
		all = append(all, tick{at, strconv.FormatFloat(at, 'f', decimals, 64)})
		if at >= largest*0.999 {
			return all
		}
	}
}

// timeSteps are the steps between ticks of a time axis, in seconds.
var timeSteps = []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600}

// timeTicks are at most about seven marks from 0 to a time, the last with its unit.
func timeTicks(span float64) []tick {
	const most = 7
	step := timeSteps[len(timeSteps)-1]
	for _, s := range timeSteps {
		if span/s <= most {
			step = s
			break
		}
	}
	unit, name := 1.0, "s"
	switch {
	case step >= 3600:
		unit, name = 3600, "h"
	case step >= 60:
		unit, name = 60, "min"
	}
	var all []tick
	for at := 0.0; at <= span*1.001; at += step {
		all = append(all, tick{at, strconv.FormatFloat(at/unit, 'f', -1, 64)})
	}
	last := &all[len(all)-1]
	last.Text = fmt.Sprintf("%s %s", last.Text, name)
	return all
}
