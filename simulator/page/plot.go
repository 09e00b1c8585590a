package page

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// point is a value at a time, in seconds.
type point struct{ at, value float64 }

// series is one line of a plot, or one layer of a stacked one.
type series struct {
	name   string
	colour int  // of the palette, from 0
	second bool // beside the main line of the same name, thinner and without a label, such as a p50 beside a p99
	worst  bool // where several points become one, it is the largest; else their mean
	points []point
}

// plot is figures over time.
type plot struct {
	title, unit, about string
	stacked            bool // the series add up; they have the same times
	series             []series
	span               float64 // of the time axis, in seconds; it begins at 0
}

// colours is how many the palette of style.css has.
const colours = 8

// The picture, in its own units. It is drawn to be shown at about that many pixels.
const (
	width, height     = 540.0, 230.0
	left, top, bottom = 44.0, 10.0, 26.0
	plotH             = height - top - bottom
	labelGap          = 16.0 // between the base lines of two labels
	leadWidth         = 18.0 // from the area to its labels
	runeWidth         = 8.2  // of a label's letters, about, at their largest
	fewRunes          = 11   // for which there is room even where labels are shorter, so that most plots are alike
	mostRunes         = 22   // of a label; what is longer is cut
	mostPoints        = 300  // of a line; more would not be seen
)

// drawing is a plot as the template shows it.
type drawing struct {
	ID                 int // in the page
	Title, Unit, About string
	Summary            string // of the series, for who cannot see them
	Width, Height      float64
	Left, Right, Floor float64 // edges of the area that is drawn in
	Across, Down       []mark
	Areas, Lines       []shape
	Labels             []label
}

type mark struct {
	At, TextAt float64
	Text       string
}

type shape struct {
	Colour int
	Second bool
	Path   string
	Dots   []dot // points that have no neighbour to draw a line to
}

type dot struct{ X, Y float64 }

type label struct {
	Colour     int
	X, Y, From float64 // From is where its line ends
	Text       string
}

// draw makes the picture.
func (p plot) draw() drawing {
	p.series = slices.Clone(p.series)
	for i := range p.series {
		p.series[i].points = thin(p.series[i].points, p.series[i].worst)
	}
	longest := fewRunes
	for _, s := range p.series {
		longest = max(longest, len([]rune(short(s.name))))
	}
	plotW := width - left - leadWidth - runeWidth*float64(longest)
	d := drawing{
		Title: p.title, Unit: p.unit, About: p.about, Summary: p.summary(),
		Width: width, Height: height, Left: left, Right: left + plotW, Floor: top + plotH,
	}
	bases := p.stack()
	largest := 0.0
	for _, s := range p.series {
		for _, pt := range s.points {
			largest = max(largest, pt.value)
		}
	}
	ticks := valueTicks(largest)
	x := func(at float64) float64 { return left + plotW*at/p.span }
	y := func(v float64) float64 { return top + plotH*(1-v/ticks[len(ticks)-1].At) }
	for _, t := range ticks {
		d.Across = append(d.Across, mark{y(t.At), y(t.At) + 4, t.Text})
	}
	for _, t := range timeTicks(p.span) {
		d.Down = append(d.Down, mark{x(t.At), x(t.At), t.Text})
	}
	step := p.step()
	for i, s := range p.series {
		if len(s.points) == 0 {
			continue
		}
		sh := shape{Colour: s.colour, Second: s.second}
		sh.Path, sh.Dots = path(s.points, step, x, y)
		d.Lines = append(d.Lines, sh)
		at := s.points[len(s.points)-1]
		from := y(at.value)
		if p.stacked {
			d.Areas = append(d.Areas, shape{Colour: s.colour, Path: area(s.points, bases[i], x, y)})
			from = y((at.value + bases[i][len(bases[i])-1]) / 2)
		}
		if !s.second {
			d.Labels = append(d.Labels, label{Colour: s.colour, X: left + plotW + leadWidth - 4, Y: from, From: from, Text: short(s.name)})
		}
	}
	spread(d.Labels)
	return d
}

// stack makes each value of a stacked plot that of its layer's upper edge, and returns the lower edges.
func (p plot) stack() [][]float64 {
	if !p.stacked || len(p.series) == 0 {
		return nil
	}
	bases := make([][]float64, len(p.series))
	sums := make([]float64, len(p.series[0].points))
	for i, s := range p.series {
		bases[i] = slices.Clone(sums)
		for k := range s.points {
			sums[k] += s.points[k].value
			s.points[k].value = sums[k]
		}
	}
	return bases
}

// step is the usual time between two points; where it is much longer there was nothing to measure, and no line is drawn.
func (p plot) step() float64 {
	var steps []float64
	for _, s := range p.series {
		for i := 1; i < len(s.points); i++ {
			steps = append(steps, s.points[i].at-s.points[i-1].at)
		}
	}
	if len(steps) == 0 {
		return math.Inf(1)
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

// path goes through the points, and lifts the pen where some are missing.
func path(points []point, step float64, x, y func(float64) float64) (string, []dot) {
	var b strings.Builder
	var alone []dot
	joins := func(i int) bool { return i > 0 && i < len(points) && points[i].at-points[i-1].at <= 2.5*step }
	for i, pt := range points {
		command := "M"
		if joins(i) {
			command = "L"
		} else if !joins(i + 1) {
			alone = append(alone, dot{x(pt.at), y(pt.value)})
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", command, x(pt.at), y(pt.value))
	}
	return b.String(), alone
}

// area is between the points and the lower edge.
func area(points []point, base []float64, x, y func(float64) float64) string {
	var b strings.Builder
	command := "M"
	for _, pt := range points {
		fmt.Fprintf(&b, "%s%.1f %.1f", command, x(pt.at), y(pt.value))
		command = "L"
	}
	for i := len(points) - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "L%.1f %.1f", x(points[i].at), y(base[i]))
	}
	return b.String() + "Z"
}

// thin makes runs of points one each, so that no more are left than can be seen.
func thin(points []point, worst bool) []point {
	run := (len(points) + mostPoints - 1) / mostPoints
	if run <= 1 {
		return slices.Clone(points)
	}
	var all []point
	for chunk := range slices.Chunk(points, run) {
		sum, largest := 0.0, chunk[0].value
		for _, pt := range chunk {
			sum += pt.value
			largest = max(largest, pt.value)
		}
		value := sum / float64(len(chunk))
		if worst {
			value = largest
		}
		all = append(all, point{chunk[len(chunk)-1].at, value})
	}
	return all
}

// spread moves labels apart until none covers another, and back up where that brought them below the floor. Where there are too many for that they
// are closer.
func spread(labels []label) {
	slices.SortStableFunc(labels, func(a, b label) int { return int(math.Copysign(1, a.Y-b.Y)) })
	gap := min(labelGap, plotH/float64(max(len(labels), 1)))
	for i := 1; i < len(labels); i++ {
		labels[i].Y = max(labels[i].Y, labels[i-1].Y+gap)
	}
	limit := top + plotH
	for i := len(labels) - 1; i >= 0; i-- {
		labels[i].Y = min(labels[i].Y, limit)
		limit = labels[i].Y - gap
	}
}

func short(name string) string {
	if runes := []rune(name); len(runes) > mostRunes {
		return string(runes[:mostRunes-1]) + "…"
	}
	return name
}

// summary tells each series' range in words.
func (p plot) summary() string {
	var b strings.Builder
	for _, s := range p.series {
		if len(s.points) == 0 {
			continue
		}
		low, high := s.points[0].value, s.points[0].value
		for _, pt := range s.points {
			low, high = min(low, pt.value), max(high, pt.value)
		}
		name := s.name
		if s.second {
			name += ", thin line"
		}
		fmt.Fprintf(&b, "%s: %s to %s %s. ", name, number(low), number(high), p.unit)
	}
	return strings.TrimSpace(b.String())
}
