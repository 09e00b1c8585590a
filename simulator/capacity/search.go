// Package capacity finds how large a population a server serves well: [Search] raises it step by step until what was to be kept is lost, and
// [Step] tells of each whether it was the server that gave out, or the machine that plays the bots.
package capacity

import (
	"cmp"
	"fmt"
)

// Search looks for the largest population that is served well. The zero value of a field is the default it names.
type Search struct {
	Start int     // default 8
	Most  int     // which is not exceeded; default 4096
	Unit  int     // populations are multiples of it, such as a lobby's size; default 1
	Fine  float64 // the search ends when no more than this share lies between what was kept and what was lost; default 0.1
	Tries int     // how often a population is tried before it counts as lost, since other work on a machine comes and goes; default 2
}

func (s Search) withDefaults() (Search, error) {
	s.Unit = cmp.Or(s.Unit, 1)
	s.Start = cmp.Or(s.Start, 8)
	s.Most = cmp.Or(s.Most, 4096)
	s.Fine = cmp.Or(s.Fine, 0.1)
	s.Tries = cmp.Or(s.Tries, 2)
	if s.Unit < 1 || s.Start < 1 || s.Most < s.Unit || !(s.Fine > 0 && s.Fine <= 1) || s.Tries < 1 || s.Tries > 10 {
		return s, fmt.Errorf("capacity: from %d to %d in units of %d, fine %v, %d tries: want 1 or more of each, and a share", s.Start, s.Most, s.Unit, s.Fine, s.Tries)
	}
	return s, nil
}

// Found is what a search came to.
type Found struct {
	Kept  int // the largest population that kept what was wanted; 0: not even the smallest did
	Lost  int // the smallest that lost it and is larger than Kept; 0: none did, up to Search.Most
	Tried int // how many runs that took
}

// Find doubles the population from Start until it is lost, or halves it until it is kept, and then bisects what lies between. try plays one and reports
// whether what was wanted was kept; its error ends the search, with what was found so far.
func (s Search) Find(try func(population int) (kept bool, err error)) (f Found, err error) {
	s, err = s.withDefaults()
	if err != nil {
		return f, err
	}
	for next := s.units(s.Start); next > 0; next = s.next(f) {
		kept := false
		for n := 0; n < s.Tries && !kept; n++ {
			f.Tried++
			if kept, err = try(next); err != nil {
				return f, err
			}
		}
		if kept {
			f.Kept = next
		} else {
			f.Lost = next
		}
	}
	return f, nil
}

// next is the population to try next; 0 when the search is over.
func (s Search) next(f Found) int {
	switch most := s.units(s.Most); {
	case f.Lost == 0:
		if f.Kept >= most {
			return 0
		}
		return min(2*f.Kept, most)
	case f.Lost-f.Kept <= s.Unit || f.Kept > 0 && float64(f.Lost-f.Kept) <= s.Fine*float64(f.Kept):
		return 0
	}
	middle := s.units(f.Kept + (f.Lost-f.Kept)/2)
	if middle <= f.Kept {
		middle = f.Kept + s.Unit
	}
	return middle
}

// units is the multiple of the unit that is at most n, but not none, and not more than Most.
func (s Search) units(n int) int { return max(min(n, s.Most)/s.Unit, 1) * s.Unit }
