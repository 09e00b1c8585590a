package lobby

import (
	"maps"
	"slices"

	"github.com/vmihailenco/msgpack/v5/msgpcode"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// fields reads a request's payload, a map, one field at a time. A field that is missing or nil is not given. The first thing that is
// wrong is kept; what is read after it does not matter. Fields that nobody asks for are skipped: that is how the protocol grows.
type fields struct {
	raw map[string]protocol.Raw
	err error
}

// readFields takes a payload that protocol.Check has passed: none, nil, or a map.
func readFields(payload []byte) *fields {
	f := &fields{}
	if isNil(payload) {
		return f
	}
	if err := protocol.Decode(payload, &f.raw); err != nil {
		f.err = refuseField("", "the payload must be a map or nil")
	}
	return f
}

// text is a string field. Here alone the library would take something else: bytes.
func (f *fields) text(name string) *string {
	v := read[string](f, name, "a string")
	if v != nil && !msgpcode.IsString(f.raw[name][0]) {
		f.err = refuseField(name, "want a string")
	}
	return v
}

// flag is a boolean field.
func (f *fields) flag(name string) *bool { return read[bool](f, name, "true or false") }

// number is a whole-number field.
func (f *fields) number(name string) *int { return read[int](f, name, "a whole number") }

// settings is a field that holds a map of whole numbers.
func (f *fields) settings(name string) match.Settings {
	raw := read[map[string]protocol.Raw](f, name, "a map of whole numbers")
	if raw == nil {
		return nil
	}
	inner := &fields{raw: *raw}
	settings := make(match.Settings, len(*raw))
	for _, key := range slices.Sorted(maps.Keys(*raw)) {
		if v := inner.number(key); v != nil {
			settings[key] = *v
		}
		if inner.err != nil {
			f.err = refuseField(settingField(key), "want a whole number")
			return nil
		}
	}
	return settings
}

// read decodes a field into the type it must have.
func read[T any](f *fields, name, want string) *T {
	raw := f.raw[name]
	if f.err != nil || isNil(raw) {
		return nil
	}
	v := new(T)
	if protocol.Decode(raw, v) != nil {
		f.err = refuseField(name, "want %s", want)
		return nil
	}
	return v
}

// need is the value of a field that must be given.
func need[T any](f *fields, name string, v *T) T {
	if v != nil {
		return *v
	}
	if f.err == nil {
		f.err = refuseField(name, "is missing")
	}
	var zero T
	return zero
}

// or is the value of a field that has a default.
func or[T any](v *T, otherwise T) T {
	if v != nil {
		return *v
	}
	return otherwise
}

func isNil(raw []byte) bool { return len(raw) == 0 || raw[0] == msgpcode.Nil }
