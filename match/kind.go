package match

import (
	"cmp"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Kind describes a game to a server. It is a value; copies are independent but for the slices.
type Kind struct {
	Name       string    // on the wire and in flags: a-z, 0-9, dot, underscore, hyphen; at most 64 bytes
	Title      string    // for people; default Name
	MinPlayers int       // players needed to start; default 1
	MaxPlayers int       // seats at most, 1 to 64; default 16
	Settings   []Setting // what a lobby's host may set
	Budget     int       // bytes that a snapshot's body may have ([Config.Budget]); 0, the default: as many as it takes

	// MaxRewind is how far back a game can look at its world ([Table.At], [Tick.Seen]): the bound of lag compensation, and so of what
	// a player with a slow line can do to others. Default 250 ms; at most 127 ticks, whatever the tick rate.
	MaxRewind time.Duration

	// New makes the game of one match. It is called more often than there are matches: each time the kind is validated
	// ([Kind.Checked]) a game is made, set up, and thrown away.
	New func() Game
}

// Setting is a whole number that a lobby's host may choose for a match.
type Setting struct {
	Name     string // as Kind.Name
	Min, Max int    // both ends included
	Default  int
	Doc      string // one line for people
}

// Settings holds a value for each of a kind's settings, by name.
type Settings map[string]int

// MaxSeats is the most players that a match of any kind can have.
const MaxSeats = 64

// SettingError says which setting is wrong and how.
type SettingError struct {
	Name string
	Why  string
}

// Error names the setting and what is wrong with it.
func (e *SettingError) Error() string { return fmt.Sprintf("setting %s: %s", e.Name, e.Why) }

// Checked returns the kind with its defaults filled in, or says what is wrong with it: a bad name, numbers that do not fit, or
// whatever the game's Setup reports about its tables and inputs when it is tried with the default settings.
func (k Kind) Checked() (Kind, error) {
	k, err := k.withDefaults()
	if err != nil {
		return k, err
	}
	settings, err := k.Complete(nil)
	if err != nil {
		return k, err
	}
	_, err = newCore(coreConfig{kind: k, settings: settings, rate: defaultTickRate})
	return k, err
}

// withDefaults is Checked without the trial, for who sets the game up next in any case.
func (k Kind) withDefaults() (Kind, error) {
	if !protocol.ValidIdent(k.Name) {
		return k, fmt.Errorf("game name %q: want 1 to 64 of a-z, 0-9, dot, underscore, hyphen", k.Name)
	}
	k.Title = cmp.Or(k.Title, k.Name)
	k.MinPlayers = cmp.Or(k.MinPlayers, 1)
	k.MaxPlayers = cmp.Or(k.MaxPlayers, 16)
	k.MaxRewind = cmp.Or(k.MaxRewind, defaultRewind)
	if k.MinPlayers < 1 || k.MaxPlayers < k.MinPlayers || k.MaxPlayers > MaxSeats {
		return k, fmt.Errorf("game %s: players %d to %d: want 1 to %d", k.Name, k.MinPlayers, k.MaxPlayers, MaxSeats)
	}
	if k.Budget < 0 {
		return k, fmt.Errorf("game %s: a budget of %d bytes: want 0 or more", k.Name, k.Budget)
	}
	seen := map[string]bool{}
	for _, s := range k.Settings {
		if !protocol.ValidIdent(s.Name) || seen[s.Name] || s.Min > s.Default || s.Default > s.Max {
			return k, fmt.Errorf("game %s: setting %q: want a plain name of its own and min <= default <= max", k.Name, s.Name)
		}
		seen[s.Name] = true
	}
	if k.MaxRewind < 0 {
		return k, fmt.Errorf("game %s: a rewind of %v is less than nothing", k.Name, k.MaxRewind)
	}
	if k.New == nil {
		return k, fmt.Errorf("game %s: New is missing", k.Name)
	}
	return k, nil
}

// Complete returns a value for every setting: the given one, or the default. The error is a [*SettingError] for a value out of
// range or a setting that the kind does not have.
func (k Kind) Complete(given Settings) (Settings, error) {
	all := make(Settings, len(k.Settings))
	for _, s := range k.Settings {
		all[s.Name] = s.Default
		if v, ok := given[s.Name]; ok {
			if v < s.Min || v > s.Max {
				return nil, &SettingError{s.Name, fmt.Sprintf("%d is outside %d..%d", v, s.Min, s.Max)}
			}
			all[s.Name] = v
		}
	}
	for name := range given {
		if _, ok := all[name]; !ok {
			return nil, &SettingError{name, "the game " + k.Name + " has no such setting"}
		}
	}
	return all, nil
}
