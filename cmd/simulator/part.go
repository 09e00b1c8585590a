package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/deltatick/deltatick/simulator"
)

// part is a flag of the form i/n, i from 1 to n: which part of a run that n processes share this one plays.
type part simulator.Config

// String is the flag's text.
func (p *part) String() string {
	if p.Parts == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", p.Part+1, p.Parts)
}

// maxParts is how many processes may share a run.
const maxParts = 1000

// Set parses the flag's text.
func (p *part) Set(text string) error {
	first, second, _ := strings.Cut(text, "/")
	i, err := strconv.Atoi(first)
	n, err2 := strconv.Atoi(second)
	if err != nil || err2 != nil || i < 1 || i > n || n > maxParts {
		return fmt.Errorf("want i/n such as 1/2, i from 1 to n and n up to %d", maxParts)
	}
	p.Part, p.Parts = i-1, n
	return nil
}

// moment is a flag that is a time of the day and the day (RFC 3339).
type moment time.Time

// String is the flag's text.
func (m *moment) String() string {
	if time.Time(*m).IsZero() {
		return ""
	}
	return time.Time(*m).Format(time.RFC3339)
}

// Set parses the flag's text.
func (m *moment) Set(text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("want a time such as 2026-01-31T18:00:00Z, not %q", text)
	}
	*m = moment(at)
	return nil
}
