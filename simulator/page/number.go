package page

import (
	"math"
	"strconv"
	"time"
)

// number is a value to about three digits.
func number(v float64) string {
	decimals := 0
	switch abs := math.Abs(v); {
	case abs == 0 || abs >= 100:
	case abs >= 10:
		decimals = 1
	default:
		decimals = 2
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if whole := strconv.FormatFloat(math.Round(v), 'f', 0, 64); decimals > 0 && math.Abs(v-math.Round(v)) < 0.005 {
		return whole
	}
	return text
}

// bytesText is a number of bytes with its unit.
func bytesText(n float64) string {
	s := scaleOf(n)
	return number(n/s.factor) + " " + s.prefix + "B"
}

// scale makes numbers of bytes short.
type scale struct {
	factor float64
	prefix string
}

func scaleOf(largest float64) scale {
	switch {
	case largest >= 1e9:
		return scale{1e9, "G"}
	case largest >= 1e6:
		return scale{1e6, "M"}
	case largest >= 1e3:
		return scale{1e3, "k"}
	}
	return scale{1, ""}
}

// seconds is a time span for a head line.
func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	if d < time.Minute {
		return number(s) + " s"
	}
	return d.Round(time.Second).String()
}
