package scenario

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// place is where something is written; the zero value is not known.
type place struct{ line, column int }

func placeOf(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{}
	}
	return place{t.Position.Line, t.Position.Column}
}

// at puts the place in front of what is wrong there.
func (p place) at(err error) error {
	if p == (place{}) {
		return err
	}
	return fmt.Errorf("line %d, column %d: %w", p.line, p.column, err)
}

// places are where the values of a scenario are written, by their fields, and each group.
type places struct {
	fields map[string]place
	groups []groupPlaces
}

type groupPlaces struct {
	itself place
	fields map[string]place
}

// findPlaces is for a text that has been read. What is written by an alias has no place.
func findPlaces(text []byte) places {
	var all places
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil || len(parsed.Docs) == 0 {
		return all
	}
	all.fields = fieldPlaces(parsed.Docs[0].Body)
	for field, value := range pairs(parsed.Docs[0].Body) {
		groups, ok := value.(*ast.SequenceNode)
		if field != "groups" || !ok {
			continue
		}
		for _, g := range groups.Values {
			all.groups = append(all.groups, groupPlaces{placeOf(g.GetToken()), fieldPlaces(g)})
		}
	}
	return all
}

func fieldPlaces(n ast.Node) map[string]place {
	all := map[string]place{}
	for field, value := range pairs(n) {
		all[field] = placeOf(value.GetToken())
	}
	return all
}

// pairs goes through the fields of what is a mapping.
func pairs(n ast.Node) func(yield func(field string, value ast.Node) bool) {
	return func(yield func(string, ast.Node) bool) {
		mapping, ok := n.(ast.MapNode)
		if !ok {
			return
		}
		for pair := mapping.MapRange(); pair.Next(); {
			if !yield(pair.Key().GetToken().Value, pair.Value()) {
				return
			}
		}
	}
}

// fieldOf is the field that an error begins with, as it is written: "room size: 0 is outside" is about room_size.
func fieldOf(err error) string {
	name := err.Error()
	if end := strings.IndexAny(name, `:"`); end >= 0 {
		name = name[:end]
	}
	return strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
}

// explain says of an error about the whole where its field is written.
func (all places) explain(err error) error { return all.fields[fieldOf(err)].at(err) }

// explainGroup does so of one about a group, which it names.
func (all places) explainGroup(index int, name string, err error) error {
	if name == "" {
		name = fmt.Sprint(index + 1)
	}
	named := fmt.Errorf("group %s: %w", strings.Join(strings.Fields(name), " "), err) // in one line, whatever is in the name
	if index >= len(all.groups) {
		return named
	}
	g := all.groups[index]
	if field, ok := g.fields[fieldOf(err)]; ok {
		return field.at(named)
	}
	return g.itself.at(named)
}
