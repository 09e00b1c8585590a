package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/link"
)

// MaxBytes is the size of the largest scenario that is read.
const MaxBytes = 1 << 20

// Load reads the scenario in a file.
func Load(path string) (simulator.Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return simulator.Config{}, err
	}
	defer f.Close() //nolint:errcheck // it is only read
	text, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return simulator.Config{}, err
	}
	cfg, err := Parse(text)
	if err != nil {
		return cfg, fmt.Errorf("%s: %w", path, err)
	}
	return cfg, nil
}

// Parse reads a scenario's text. What it returns has been checked as far as can be without a server. Errors are one line that says
// where in the text it is, and names the group and its field.
func Parse(text []byte) (simulator.Config, error) {
	if len(text) > MaxBytes {
		return simulator.Config{}, fmt.Errorf("more than %d bytes", MaxBytes)
	}
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(text), yaml.DisallowUnknownField())
	if err := decoder.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			return simulator.Config{}, errors.New("the scenario is empty")
		}
		return simulator.Config{}, oneLine(err)
	}
	if decoder.Decode(new(any)) == nil {
		return simulator.Config{}, errors.New("more than one document")
	}
	return f.config(findPlaces(text))
}

// oneLine is what an error of the YAML package says, and where, without the picture of the text that it draws below, and without the
// names of our types.
func oneLine(err error) error {
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	text = brackets.ReplaceAllString(text, "line $1, column $2:")
	text = goTypes.ReplaceAllString(text, "")
	return errors.New(strings.Replace(text, "cannot unmarshal", "cannot take", 1))
}

var (
	brackets = regexp.MustCompile(`^\[(\d+):(\d+)\]`)
	goTypes  = regexp.MustCompile(` into Go (struct field \S+|value)`)
)

func (f file) config(at places) (simulator.Config, error) {
	if len(f.Groups) == 0 {
		return simulator.Config{}, errors.New("groups: at least one is needed")
	}
	cfg := simulator.Config{
		Title: f.Title, For: time.Duration(f.For), Ramp: time.Duration(f.Ramp), Seed: f.Seed, JoinWithin: time.Duration(f.JoinWithin),
		ReturnWithin: time.Duration(f.ReturnWithin), LinkTimeout: time.Duration(f.LinkTimeout), Settle: time.Duration(f.Settle),
	}
	if s := f.Soak; s != nil {
		cfg.Soak = &simulator.Soak{
			Settle: time.Duration(s.Settle), Memory: s.Memory, Spare: s.Spare, MemoryRise: s.MemoryRise, LatenessRise: s.LatenessRise,
		}
	}
	for i, written := range f.Groups {
		g, err := written.group()
		if err != nil {
			return cfg, at.explainGroup(i, written.Name, err)
		}
		cfg.Groups = append(cfg.Groups, g)
	}
	err := cfg.Check()
	var wrong *simulator.GroupError
	switch {
	case errors.As(err, &wrong):
		return cfg, at.explainGroup(wrong.Index, f.Groups[wrong.Index].Name, wrong.Err)
	case err != nil:
		return cfg, at.explain(err)
	}
	return cfg, nil
}

func (w sends) config() simulator.Sends {
	return simulator.Sends{Every: time.Duration(w.Every), Channel: w.Channel, Enter: w.Enter, Event: w.Event, Heard: w.Heard}
}

func (w group) group() (simulator.Group, error) {
	g := simulator.Group{
		Name: w.Name, Attack: w.Attack, Role: simulator.Role(w.Role), Bots: w.Bots, Game: w.Game, RoomSize: w.RoomSize, Settings: w.Settings,
		Behaviour: w.Behaviour, Predict: w.Predict, Talk: time.Duration(w.Talk), Presence: time.Duration(w.Presence), Rejoin: time.Duration(w.Rejoin), Sends: w.Sends.config(),
		Stay: time.Duration(w.Stay), Away: time.Duration(w.Away), Codecs: w.Codecs, Chaos: w.Chaos,
	}
	if w.Network != "" {
		var err error
		if g.Network, err = link.Parse(w.Network); err != nil {
			return g, err
		}
	}
	if w.MinRate != nil {
		if g.MinRate = *w.MinRate; g.MinRate == 0 {
			g.MinRate = -1 // none, where simulator.Group's zero is its default
		}
	}
	for _, text := range w.Expect {
		c, err := simulator.ParseCriterion(text)
		if err != nil {
			return g, fmt.Errorf("expect: %w", err)
		}
		g.Expect = append(g.Expect, c)
	}
	return g, nil
}
