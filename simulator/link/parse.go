package link

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Parse reads a profile from text:
//
//	4g                        a preset
//	150,30,1                  round trip ms, jitter ms, loss percent each way
//	150,30,1,256              and kilobits a second, as kbps=256
//	4g,loss=3,kbps=64         either of them with fields changed
//	rtt=40,kbps=512/128       or fields alone
//
// The fields, each at most once:
//
//	rtt=MS jitter=MS loss=PERCENT
//	kbps=DOWN or kbps=DOWN/UP        0 for unlimited; DOWN alone is for both ways
//	queue=KB                         1024 bytes each
//	burst=EVERY/FOR/PERCENT          durations such as 10s and 300ms; burst=none
//	flap=UP/DOWN                     durations; flap=none
//	mute=MEAN cut=MEAN               durations; 0s for never
//
// Errors are one line that names the field.
func Parse(text string) (Profile, error) {
	var p Profile
	parts := strings.Split(text, ",")
	if named, ok := Preset(parts[0]); ok {
		p, parts = named, parts[1:]
	} else if !strings.Contains(parts[0], "=") {
		if len(parts) < 3 || strings.Contains(parts[1], "=") || strings.Contains(parts[2], "=") {
			return p, fmt.Errorf("network %q: want one of %s, or RTT,JITTER,LOSS in ms, ms and percent, or fields such as rtt=150",
				text, strings.Join(Presets(), ", "))
		}
		for i, field := range []string{"rtt", "jitter", "loss"} {
			if err := p.set(field, parts[i]); err != nil {
				return p, fmt.Errorf("network %q: %s: %w", text, field, err)
			}
		}
		parts = parts[3:]
		if len(parts) > 0 && !strings.Contains(parts[0], "=") {
			parts[0] = "kbps=" + parts[0]
		}
	}
	seen := map[string]bool{}
	for _, part := range parts {
		field, value, ok := strings.Cut(part, "=")
		switch {
		case !ok:
			return p, fmt.Errorf("network %q: want field=value, not %q", text, part)
		case seen[field]:
			return p, fmt.Errorf("network %q: %s: given twice", text, field)
		}
		seen[field] = true
		if err := p.set(field, value); err != nil {
			return p, fmt.Errorf("network %q: %s: %w", text, field, err)
		}
	}
	if err := p.Validate(); err != nil {
		return p, fmt.Errorf("%w (in %q)", err, text)
	}
	return p, nil
}

// fields are how each field is read.
var fields = map[string]func(p *Profile, value string) error{
	"rtt":    func(p *Profile, v string) error { return millis(&p.RTT, v) },
	"jitter": func(p *Profile, v string) error { return millis(&p.Jitter, v) },
	"loss":   func(p *Profile, v string) error { return number(&p.Loss, v) },
	"kbps":   (*Profile).setRates,
	"queue": func(p *Profile, v string) error {
		kb, err := strconv.Atoi(v)
		if err != nil || kb < 1 || kb > maxQueue>>10 {
			return fmt.Errorf("want KB, %d to %d, not %q", minQueue>>10, maxQueue>>10, v)
		}
		p.QueueBytes = kb << 10
		return nil
	},
	"burst": (*Profile).setBurst,
	"flap":  (*Profile).setFlap,
	"mute":  func(p *Profile, v string) error { return duration(&p.Mute, v) },
	"cut":   func(p *Profile, v string) error { return duration(&p.Cut, v) },
}

func (p *Profile) set(field, value string) error {
	read, ok := fields[field]
	if !ok {
		return fmt.Errorf("no such field; there are rtt, jitter, loss, kbps, queue, burst, flap, mute, cut")
	}
	return read(p, value)
}

func (p *Profile) setRates(value string) error {
	down, up, two := strings.Cut(value, "/")
	if !two {
		up = down
	}
	var errDown, errUp error
	p.DownKbps, errDown = strconv.Atoi(down)
	p.UpKbps, errUp = strconv.Atoi(up)
	if errDown != nil || errUp != nil {
		return fmt.Errorf("want DOWN or DOWN/UP in kbit/s, not %q", value)
	}
	return nil
}

func (p *Profile) setBurst(value string) error {
	p.Burst = Burst{}
	if value == "none" {
		return nil
	}
	parts := strings.Split(value, "/")
	if len(parts) != 3 || duration(&p.Burst.Every, parts[0]) != nil || duration(&p.Burst.For, parts[1]) != nil ||
		number(&p.Burst.Loss, parts[2]) != nil || p.Burst == (Burst{}) {
		return fmt.Errorf("want EVERY/FOR/PERCENT such as 10s/300ms/30, or none, not %q", value)
	}
	return nil
}

func (p *Profile) setFlap(value string) error {
	p.Flap = Flap{}
	if value == "none" {
		return nil
	}
	parts := strings.Split(value, "/")
	if len(parts) != 2 || duration(&p.Flap.Up, parts[0]) != nil || duration(&p.Flap.Down, parts[1]) != nil || p.Flap == (Flap{}) {
		return fmt.Errorf("want UP/DOWN such as 40s/5s, or none, not %q", value)
	}
	return nil
}

// millis reads a number of milliseconds.
func millis(into *time.Duration, value string) error {
	var ms float64
	if err := number(&ms, value); err != nil {
		return err
	}
	if math.Abs(ms) > 1e6 { // more than any field takes, less than a Duration overflows at
		return fmt.Errorf("%s ms are out of range", value)
	}
	*into = time.Duration(math.Round(ms * float64(time.Millisecond)))
	return nil
}

func number(into *float64, value string) error {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("want a number, not %q", value)
	}
	*into = v
	return nil
}

func duration(into *time.Duration, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil {
		return fmt.Errorf("want a duration such as 30s, not %q", value)
	}
	*into = d
	return nil
}

// String is the profile as text that [Parse] reads: the preset's name if that is all there is to it, or every field that is not zero.
func (p Profile) String() string {
	if preset, ok := Preset(p.Name); ok && preset == p {
		return p.Name
	}
	ms := func(d time.Duration) string {
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'g', -1, 64)
	}
	percent := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	text := fmt.Sprintf("%s,%s,%s", ms(p.RTT), ms(p.Jitter), percent(p.Loss))
	if p.DownKbps != 0 || p.UpKbps != 0 {
		text += fmt.Sprintf(",kbps=%d/%d", p.DownKbps, p.UpKbps)
	}
	if p.QueueBytes != 0 {
		text += fmt.Sprintf(",queue=%d", (p.QueueBytes+1023)>>10)
	}
	if b := p.Burst; b != (Burst{}) {
		text += fmt.Sprintf(",burst=%v/%v/%s", b.Every, b.For, percent(b.Loss))
	}
	if f := p.Flap; f != (Flap{}) {
		text += fmt.Sprintf(",flap=%v/%v", f.Up, f.Down)
	}
	if p.Mute != 0 {
		text += fmt.Sprintf(",mute=%v", p.Mute)
	}
	if p.Cut != 0 {
		text += fmt.Sprintf(",cut=%v", p.Cut)
	}
	return text
}
