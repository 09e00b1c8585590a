package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/deltatick/deltatick/protocol"
)

// game is what a server tells of one.
type game struct {
	name     string
	typeName string // a TypeScript identifier
	tables   protocol.Schema
	inputs   protocol.Fields
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)
	separators = regexp.MustCompile(`[^a-z0-9]+`)
)

func isIdentifier(name string) bool { return identifier.MatchString(name) }

// typeName is a game's name as types are named: my-game.2 is MyGame2. What would begin with a digit begins with Game.
func typeName(name string) string {
	var out strings.Builder
	for _, part := range separators.Split(name, -1) {
		if part != "" {
			out.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	if isIdentifier(out.String()) {
		return out.String()
	}
	return "Game" + out.String()
}

// declaration is the whole file. It imports nothing: that it fits the client's Game is checked where it is given to connect.
func (g game) declaration() string {
	var out strings.Builder
	fmt.Fprintf(&out, "// Written by deltatick's cmd/gametypes from the schema of the game %s. Do not edit.\n\n", quoted(g.name))
	fmt.Fprintf(&out, "/** Tables and input of %s, for `connect<%s>()`. Its events are not in its schema: add them as\n", g.name, g.typeName)
	fmt.Fprintf(&out, " * `%s & { events: { name: Payload } }`. */\n", g.typeName)
	fmt.Fprintf(&out, "export interface %s {\n  tables: {\n", g.typeName)
	for _, table := range g.tables {
		fmt.Fprintf(&out, "    %s: {\n", key(table.Name))
		writeFields(&out, "      ", table.Fields)
		out.WriteString("    };\n")
	}
	out.WriteString("  };\n  input: {\n")
	writeFields(&out, "    ", g.inputs)
	out.WriteString("  };\n}\n")
	return out.String()
}

func writeFields(out *strings.Builder, indent string, fields protocol.Fields) {
	for _, field := range fields {
		typed, doc := typeOf(field)
		if doc != "" {
			fmt.Fprintf(out, "%s/** %s */\n", indent, doc)
		}
		fmt.Fprintf(out, "%s%s: %s;\n", indent, key(field.Name), typed)
	}
}

// typeOf is a field's type, and what else is known of its values.
func typeOf(f protocol.Field) (typed, doc string) {
	switch f.Kind {
	case protocol.FieldBool:
		return "boolean", ""
	case protocol.FieldInt:
		return "number", fmt.Sprintf("A whole number, %d to %d.", f.Min, f.Max)
	case protocol.FieldFixed:
		return "number", fmt.Sprintf("%s to %s in steps of %s.", decimal(f.Value(f.Min)), decimal(f.Value(f.Max)), decimal(f.Step))
	case protocol.FieldAngle:
		return "number", fmt.Sprintf("An angle in radians, of %d bits.", f.Bits)
	case protocol.FieldFloat32:
		return "number", "A float32."
	case protocol.FieldString:
		return "string", fmt.Sprintf("At most %d bytes.", f.MaxBytes)
	case protocol.FieldQuat:
		return "[x: number, y: number, z: number, w: number]", "A rotation."
	case protocol.FieldUnit:
		return "[x: number, y: number, z: number]", "A direction, of length 1."
	}
	return "unknown", "" // a kind of a later protocol
}

// decimal is a value as people wrote it: what steps add up to is off by a few of the last binary places.
func decimal(v float64) string { return strconv.FormatFloat(v, 'g', 9, 64) }

// key is a name as a property: bare where it can be.
func key(name string) string {
	if isIdentifier(name) {
		return name
	}
	return quoted(name)
}

// quoted is a name as a string of TypeScript. Names are UTF-8, so this cannot fail; what JSON escapes, TypeScript reads alike.
func quoted(name string) string {
	text, _ := json.Marshal(name)
	return string(text)
}
