package match

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"time"

	"github.com/deltatick/deltatick/tick"
)

// Grid configures interest management by distance: a row comes into view within Radius and leaves it beyond Leave, so that what moves
// along the edge does not come and go all the time.
type Grid struct {
	Radius float64       // units of the world; above 0
	Leave  float64       // units, Radius to 4 Radius; default 1.15 Radius
	Hold   time.Duration // for which a row stays in view at least, however far it goes; default 1 s, below 0: none
}

func (g Grid) withDefaults() (Grid, error) {
	g.Leave = cmp.Or(g.Leave, 1.15*g.Radius)
	g.Hold = max(cmp.Or(g.Hold, time.Second), 0)
	// Written so that NaN is refused.
	if !(g.Radius > 0 && g.Leave >= g.Radius && g.Leave <= 4*g.Radius) || math.IsInf(g.Leave, 0) {
		return g, fmt.Errorf("grid %+v: want a radius above 0, and leave from it to 4 times as much", g)
	}
	return g, nil
}

// places finds the rows of a table that are near a point, without looking at those that are not: a uniform grid whose cells, half a
// view's radius wide, are hashed into about as many buckets as there are rows, so that a world needs no bounds.
type places struct {
	grid   Grid
	hold   uint32 // ticks
	x, y   []float64
	cells  []cell
	starts []int32 // of each bucket in order, and one more
	order  []int32 // rows by bucket, rising within one
}

// cell is a square of the grid, by its column and row.
type cell struct{ x, y int32 }

func newPlaces(g Grid, tickRate int) *places {
	return &places{grid: g, hold: tick.Ceil(g.Hold, tickRate)}
}

// cellOf is the column or row in which a coordinate lies. What is absurdly far, or not a number, is put into an end cell; the
// distance decides in any case.
func (p *places) cellOf(v float64) int32 {
	const end = 1 << 30
	c := math.Floor(v / (p.grid.Radius / 2))
	if !(c > -end) {
		return -end
	}
	return int32(min(c, end))
}

// fill takes the places of n rows, by a counting sort.
func (p *places) fill(n int, at func(row int) (x, y float64)) {
	buckets := 1 << bits.Len(uint(n))
	p.x, p.y, p.cells = grown(p.x, n), grown(p.y, n), grown(p.cells, n)
	p.order, p.starts = grown(p.order, n), grown(p.starts, buckets+1)
	clear(p.starts)
	for row := range n {
		x, y := at(row)
		p.x[row], p.y[row] = x, y
		p.cells[row] = cell{p.cellOf(x), p.cellOf(y)}
		p.starts[p.bucket(p.cells[row])+1]++
	}
	for b := range buckets {
		p.starts[b+1] += p.starts[b]
	}
	// Each start is moved on to its bucket's end, which is the next one's start, and then all are shifted back.
	for row := range n {
		b := p.bucket(p.cells[row])
		p.order[p.starts[b]] = int32(row)
		p.starts[b]++
	}
	copy(p.starts[1:], p.starts[:buckets])
	p.starts[0] = 0
}

// bucket is where a cell's rows are. (The factors are primes near 2^32/phi; any odd ones that mix will do.)
func (p *places) bucket(c cell) int {
	h := uint32(c.x)*0x9e3779b1 ^ uint32(c.y)*0x85ebca77
	h ^= h >> 15
	return int(h) & (len(p.starts) - 2)
}

// squared is how far a row is from a point, squared.
func (p *places) squared(row int, x, y float64) float64 {
	dx, dy := p.x[row]-x, p.y[row]-y
	return float64(dx*dx) + float64(dy*dy)
}

// near marks the rows within the radius of a point.
func (p *places) near(x, y float64, mark bitset) {
	r := p.grid.Radius
	low, high := cell{p.cellOf(x - r), p.cellOf(y - r)}, cell{p.cellOf(x + r), p.cellOf(y + r)}
	for cy := low.y; cy <= high.y; cy++ {
		for cx := low.x; cx <= high.x; cx++ {
			c := cell{cx, cy}
			b := p.bucket(c)
			for _, row := range p.order[p.starts[b]:p.starts[b+1]] {
				if p.cells[row] == c && p.squared(int(row), x, y) <= r*r {
					mark.set(int(row))
				}
			}
		}
	}
}

// grown is a slice of n elements in the memory of s, if that is large enough. Its contents are undefined.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4+4)
	}
	return s[:n]
}
