package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// watch reads the logs of all nodes: where each match runs, under which epoch, and after which tick it went on there.
type watch struct {
	mu     sync.Mutex
	runs   map[string][]stay // by match, in the order of the log
	breaks []string
	bad    []string // lines of level ERROR, and of panics
	copy   func(line string)
}

// stay is a match on one node.
type stay struct {
	node  string
	epoch uint64
	after uint32 // 0: it began there
	at    time.Time
}

// Write takes one line of a node's log, which begins with its name. It implements [io.Writer].
func (w *watch) Write(b []byte) (int, error) {
	line := strings.TrimRight(string(b), "\n")
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.copy != nil {
		w.copy(line)
	}
	node, text, _ := strings.Cut(line, ": ")
	if strings.Contains(text, "level=ERROR") || strings.HasPrefix(text, "panic:") || strings.HasPrefix(text, "fatal error:") {
		w.bad = append(w.bad, line)
	}
	switch field(text, "msg") {
	case "match made", "match taken over", "match taken":
		w.begins(field(text, "match"), stay{node: node, epoch: number(text, "epoch"), after: uint32(number(text, "after")), at: time.Now()})
	}
	return len(b), nil
}

// begins notes that a match runs on a node from now on. No epoch is two nodes', and each later one is higher.
func (w *watch) begins(match string, r stay) {
	if w.runs == nil {
		w.runs = map[string][]stay{}
	}
	if before := w.runs[match]; len(before) > 0 {
		if last := before[len(before)-1]; r.epoch <= last.epoch {
			w.breaks = append(w.breaks, fmt.Sprintf("match %s: epoch %d on %s after epoch %d on %s", match, r.epoch, r.node, last.epoch, last.node))
		}
	}
	w.runs[match] = append(w.runs[match], r)
}

// after is the tick after which a match went on under an epoch, if it is known.
func (w *watch) after(match string, epoch uint32) (uint32, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.runs[match] {
		if r.epoch == uint64(epoch) && r.after > 0 {
			return r.after, true
		}
	}
	return 0, false
}

// matches is how many run on a node, as far as the logs say.
func (w *watch) matches(node string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, stays := range w.runs {
		if stays[len(stays)-1].node == node {
			n++
		}
	}
	return n
}

// take gives away what was found since it was last asked.
func (w *watch) take() (breaks, bad []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	breaks, bad = w.breaks, w.bad
	w.breaks, w.bad = nil, nil
	return breaks, bad
}

var pairs = regexp.MustCompile(`([a-z_]+)=("(?:[^"\\]|\\.)*"|\S*)`)

// field is a value of a line in slog's text format.
func field(line, key string) string {
	for _, pair := range pairs.FindAllStringSubmatch(line, -1) {
		if pair[1] == key {
			if text, err := strconv.Unquote(pair[2]); err == nil {
				return text
			}
			return pair[2]
		}
	}
	return ""
}

func number(line, key string) uint64 {
	n, _ := strconv.ParseUint(field(line, key), 10, 64) // no number is 0
	return n
}
