package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// outcome is what became of one fault, once.
type outcome struct {
	Fault string  `json:"fault"`
	Node  string  `json:"node,omitempty"`
	Load  float64 `json:"load"` // of the machine before it: processes that run or want to, averaged over a minute
	Took  float64 `json:"took"` // s, from the fault until everybody played again

	Players  int       `json:"players"`  // there are
	Touched  int       `json:"touched"`  // who lost the socket, whose match has another epoch, or who waited for 100 ms
	Gaps     []float64 `json:"gaps"`     // ms, longest between two snapshots, of those
	Play     []float64 `json:"play"`     // ms of play undone, of those whose match has another epoch
	Inputs   int       `json:"inputs"`   // acknowledged, and not in the match any more; of all players
	Sockets  int       `json:"sockets"`  // lost
	Sessions int       `json:"sessions"` // of which the service said that events may be missing
	Overlap  float64   `json:"overlap"`  // ms for which somebody still got an older epoch of a match when others got a newer one

	ChatLost      []string `json:"chat_lost,omitempty"`      // acknowledged and not heard, or of an id that was another message's
	EventsLost    []string `json:"events_lost,omitempty"`    // the game's, that others got
	EventsDoubled []string `json:"events_doubled,omitempty"` // the game's
	Absent        []string `json:"absent,omitempty"`         // who did not come back
	Broken        []string `json:"broken,omitempty"`         // what must not be
	Refused       []string `json:"refused,omitempty"`        // requests that were answered with an error: told, and no fault
	Logged        []string `json:"logged,omitempty"`         // lines of level ERROR in the nodes' logs
}

func (o *outcome) breaks(format string, args ...any) {
	o.Broken = append(o.Broken, fmt.Sprintf(format, args...))
}

// noticed is the gap above which somebody is touched by a fault: six ticks.
const noticed = 100 * time.Millisecond

// measure takes what the players wrote down since the fault began.
func (g *ground) measure(o *outcome, began time.Time) {
	for _, p := range g.crowd.parties {
		var records []record
		for _, m := range p.players {
			r, breaks := m.take()
			o.Broken = append(o.Broken, breaks...)
			o.Refused, o.ChatLost = append(o.Refused, r.notGiven...), append(o.ChatLost, r.renamed...)
			g.player(o, m, p, &r, began)
			records = append(records, r)
		}
		o.Overlap = max(o.Overlap, overlap(records))
		lost, doubled := compare(records)
		o.EventsLost, o.EventsDoubled = append(o.EventsLost, lost...), append(o.EventsDoubled, doubled...)
	}
}

// player adds what one player saw.
func (g *ground) player(o *outcome, m *player, p *party, r *record, began time.Time) {
	gap, changes := r.gap(began), r.changes()
	o.Players++
	o.Sockets += r.losses
	o.Sessions += r.anew
	if len(changes) > 0 || r.losses > 0 || gap > noticed {
		o.Touched++
		o.Gaps = append(o.Gaps, ms(gap))
	}
	for _, c := range changes {
		after, ok := g.watch.after(p.match, c.first.epoch)
		if !ok {
			o.breaks("player %d: no node says that it runs match %s under epoch %d", m.number, p.match, c.first.epoch)
			continue
		}
		undone := int(c.last.tick) - int(after)
		o.Play = append(o.Play, float64(max(0, undone))*1000/float64(g.cfg.tickRate))
		// The newest input taken in is of tick c.last.input. Of those that a match which goes on after an earlier tick does not have, there is one a tick; one that it
		// says it has taken in up to an earlier tick has lost them, too.
		o.Inputs += max(0, int(c.last.input)-int(after), int(c.last.input)-int(c.first.input))
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// overlap is for how long, in ms, somebody got snapshots of an epoch when another already had got some of a later one.
func overlap(records []record) (longest float64) {
	first, last := map[uint32]time.Time{}, map[uint32]time.Time{}
	for _, r := range records {
		for _, s := range r.samples {
			if at, ok := first[s.epoch]; !ok || s.at.Before(at) {
				first[s.epoch] = s.at
			}
			if s.at.After(last[s.epoch]) {
				last[s.epoch] = s.at
			}
		}
	}
	for old, until := range last {
		for later, from := range first {
			if later > old {
				longest = max(longest, ms(until.Sub(from)))
			}
		}
	}
	return longest
}

// compare holds the game's events that the players of a match got against each other: everyone gets each once. What happened in play that was undone counts for
// nobody, nor does what happened before everyone's record begins or after it ends. Whose session was made anew has been told that events may be missing.
func compare(records []record) (lost, doubled []string) {
	from, to := uint32(0), ^uint32(0)
	var undone [][2]uint32 // from the first to the last tick that was made more than once
	for _, r := range records {
		if len(r.samples) == 0 {
			return nil, nil
		}
		from, to = max(from, r.samples[0].tick+margin), min(to, max(r.samples[len(r.samples)-1].tick, margin)-margin)
		for _, c := range r.changes() {
			undone = append(undone, [2]uint32{c.first.tick - min(c.first.tick, rebuilt), c.last.tick + margin})
		}
	}
	counts := map[string]map[int]int{} // by event, of each player
	for i, r := range records {
		for _, e := range r.told {
			if e.tick < from || e.tick > to || within(undone, e.tick) {
				continue
			}
			key := fmt.Sprintf("%d %q", e.tick, e.text)
			if counts[key] == nil {
				counts[key] = map[int]int{}
			}
			counts[key][i]++
		}
	}
	for key, got := range counts {
		most := 0
		for i := range records {
			most = max(most, got[i])
		}
		for i := range records {
			switch {
			case got[i] == 0 && records[i].anew == 0:
				lost = append(lost, fmt.Sprintf("event %s: %d of %d players got it", key, len(got), len(records)))
			case got[i] > 1:
				doubled = append(doubled, fmt.Sprintf("event %s came %d times", key, got[i]))
			}
		}
	}
	return lost, doubled
}

const (
	margin  = 6  // ticks by which an event and the snapshot of its tick may be apart
	rebuilt = 90 // ticks before the first snapshot of an epoch that may have been made more than once
)

func within(ranges [][2]uint32, tick uint32) bool {
	for _, r := range ranges {
		if tick >= r[0] && tick <= r[1] {
			return true
		}
	}
	return false
}

// load is how many processes run or want to, averaged over a minute; 0 where the system does not say.
func load() float64 {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), " ")
	n, _ := strconv.ParseFloat(first, 64)
	return n
}
