package protocol

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// tagOptions is a parsed `sync` tag.
type tagOptions struct {
	name                 string
	min, max, step, bits *float64
	angle, quat, unit    bool
	rate                 string
}

func parseTag(tag string) (tagOptions, error) {
	var o tagOptions
	for part := range strings.SplitSeq(tag, ",") {
		key, value, hasValue := strings.Cut(strings.TrimSpace(part), "=")
		switch key {
		case "", optionPrivate:
			continue
		case "angle", "quat", "unit":
			if hasValue {
				return o, fmt.Errorf("tag option %q: %s takes no value", part, key)
			}
			*map[string]*bool{"angle": &o.angle, "quat": &o.quat, "unit": &o.unit}[key] = true
			continue
		case "name", "rate":
			if value == "" {
				return o, fmt.Errorf("tag option %q: want %s=x", part, key)
			}
			*map[string]*string{"name": &o.name, "rate": &o.rate}[key] = value
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
			return o, fmt.Errorf("tag option %q: want min=, max=, step=, bits= with a number, name=, rate=, angle, quat, unit, private or -", part)
		}
		switch key {
		case "min":
			o.min = &number
		case "max":
			o.max = &number
		case "step":
			o.step = &number
		case "bits":
			o.bits = &number
		default:
			return o, fmt.Errorf("unknown tag option %q", key)
		}
	}
	return o, nil
}
