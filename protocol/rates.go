package protocol

import (
	"fmt"
	"math"
	"slices"
)

// A field whose rate of change is another field of the same row can be predicted: what a codec sends is then how far the world went
// from where it was heading.

// perTickOne is the fixed point of [Field.PerTick]: what a change of one quantum a tick is written as.
const perTickOne = 1 << 16

// maxRateChange bounds (v - z) * PerTick over all quanta v of a rate field: float64 is exact up to it.
const maxRateChange = 1 << 53

// Zero is the quantum that stands for 0, or the nearest to it that an int32 holds, whether or not the field's range has it:
// floor(-Offset/Step + 1/2). It is what a rate's quantum is counted from; see [Field.PerTick]. Integers and stepped floats only.
func (f Field) Zero() int32 {
	if f.Kind != FieldFixed {
		return 0
	}
	return int32(min(math.MaxInt32, max(math.MinInt32, math.Floor(-f.Offset/f.Step+0.5))))
}

// quantumStep is what one quantum is worth, of a kind that can have a rate.
func (f Field) quantumStep() float64 {
	switch f.Kind {
	case FieldFixed:
		return f.Step
	case FieldAngle:
		return 2 * math.Pi / float64(int64(1)<<f.Bits)
	default:
		return 1
	}
}

// nameRate gives field i the rate of a name, "" for none.
func (fs Fields) nameRate(i int, name string, tickRate int) error {
	if name == "" {
		return nil
	}
	if tickRate == 0 {
		return fmt.Errorf("rate=%s: the fields of an input have no rate", name)
	}
	at := slices.IndexFunc(fs, func(f Field) bool { return f.Name == name })
	if at < 0 {
		return fmt.Errorf("rate=%s: there is no field of that name on the wire", name)
	}
	if err := fs.setRate(i, at, tickRate); err != nil {
		return fmt.Errorf("rate=%s: %w", name, err)
	}
	if err := fs.checkRate(i); err != nil {
		return fmt.Errorf("rate %w", err)
	}
	return nil
}

// setRate makes field at+1 of the list the rate of field i, in units (for an angle radians) per second.
func (fs Fields) setRate(i, at, tickRate int) error {
	f := &fs[i]
	perTick := math.Round(fs[at].quantumStep() / f.quantumStep() / float64(tickRate) * perTickOne)
	if perTick == 0 {
		return fmt.Errorf("a step of %s moves %s by less than 2^-17 steps in a tick: make that of %s larger", fs[at].Name, f.Name, fs[at].Name)
	}
	if !(perTick <= math.MaxInt32) {
		return fmt.Errorf("a step of %s moves %s by more than 2^15 steps in a tick: make that of %s smaller", fs[at].Name, f.Name, fs[at].Name)
	}
	f.Rate, f.PerTick = uint8(at+1), int32(perTick)
	return nil
}

// checkRates reports the first field whose rate is not one: absent, of a kind without numbers, the field itself, or going round.
func (fs Fields) checkRates() error {
	for i := range fs {
		if fs[i].Rate == 0 {
			if fs[i].PerTick != 0 {
				return fmt.Errorf("field %s: a change per tick, but no rate", fs[i].Name)
			}
			continue
		}
		if err := fs.checkRate(i); err != nil {
			return fmt.Errorf("field %s: rate %w", fs[i].Name, err)
		}
	}
	return nil
}

func (fs Fields) checkRate(i int) error {
	f := &fs[i]
	if f.Kind != FieldInt && f.Kind != FieldFixed && f.Kind != FieldAngle {
		return fmt.Errorf("is for integers, stepped floats and angles")
	}
	if int(f.Rate) > len(fs) {
		return fmt.Errorf("is field %d of %d", f.Rate, len(fs))
	}
	rate := &fs[f.Rate-1]
	if rate.Kind != FieldInt && rate.Kind != FieldFixed {
		return fmt.Errorf("%s must be an integer or a stepped float", rate.Name)
	}
	if f.PerTick == 0 {
		return fmt.Errorf("%s changes nothing in a tick", rate.Name)
	}
	zero := int64(rate.Zero())
	farthest := max(abs(int64(rate.Min)-zero), abs(int64(rate.Max)-zero))
	if farthest > maxRateChange/abs(int64(f.PerTick)) {
		return fmt.Errorf("%s has a range in which a tick's change is beyond 2^53", rate.Name)
	}
	// More steps than fields have gone round.
	steps := 0
	for at := i; fs[at].Rate != 0; at = int(fs[at].Rate) - 1 {
		if steps++; steps > len(fs) || int(fs[at].Rate) > len(fs) {
			return fmt.Errorf("%s leads back to itself", rate.Name)
		}
	}
	return nil
}

func abs(v int64) int64 { return max(v, -v) }
