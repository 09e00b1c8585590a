package protocol

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// PayloadPlan is how a Go struct is read from a payload, strictly: a field that is missing or of another type refuses the payload, by
// the field's name. It is immutable and safe for concurrent use.
//
// A field's key is its msgpack tag's, or its Go name, as in the msgpack library. Every exported field must be given, and nil counts as
// missing, but for those that are pointers or tagged `msgpack:",omitempty"`, which stay as they are. Keys of no field are skipped: that is how
// payloads grow. The last of two equal keys counts.
//
// Types: bool; integers, within the range of their type; floats, from floats and integers, finite; strings; []byte, from bin; [Raw], any
// value; and structs, pointers, slices, and maps with string keys, of all these, and types made from them.
type PayloadPlan struct {
	typ  reflect.Type
	into *structPlan // nil: the payload as it is, a Raw
}

// reads decodes one value into v. It refuses with an Error whose field is the path below v; Reader.err is of no interest after that.
type reads func(r *Reader, v reflect.Value) *Error

type structPlan struct {
	fields []payloadField
	byKey  map[string]int
}

type payloadField struct {
	key      string
	index    int
	optional bool
	read     reads
}

var rawType = reflect.TypeFor[Raw]()

var errPayloadType = errors.New("a type that payloads do not have")

// PayloadPlanOf plans struct type t, or [Raw]. The error names the field whose type cannot be read.
func PayloadPlanOf(t reflect.Type) (*PayloadPlan, error) {
	if t == rawType {
		return &PayloadPlan{typ: t}, nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("payload %s is not a struct", t)
	}
	into, err := planStruct(t, nil)
	if err != nil {
		return nil, fmt.Errorf("payload %s: %w", t, err)
	}
	return &PayloadPlan{t, into}, nil
}

// Decode reads a payload, which [Check] has passed as part of its frame, into the struct that into points to. An empty payload or nil has
// no fields. The error is an [*Error] with [CodeBadPayload] and the field, one inside of another by its path, as in "items.3.name"; then the
// struct may be half filled.
func (p *PayloadPlan) Decode(payload []byte, into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.Type().Elem() != p.typ {
		return fmt.Errorf("payload of %s read into %T", p.typ, into)
	}
	v = v.Elem()
	if p.into == nil {
		v.SetBytes(OrNil(payload))
		return nil
	}
	r := readers.Get().(*Reader)
	defer func() {
		r.reset(nil)
		readers.Put(r)
	}()
	r.reset(OrNil(payload))
	// Not returned as it is: a nil *Error in an error is not nil.
	if err := p.into.read(r, v, true); err != nil {
		return err
	}
	return nil
}

// DecodePayload is [PayloadPlan.Decode] for those who keep no plan: into points to a struct. Errors that are no [*Error] are about its type.
func DecodePayload(payload []byte, into any) error {
	t := reflect.TypeOf(into)
	if t == nil || t.Kind() != reflect.Pointer {
		return fmt.Errorf("payload read into %T: want a pointer to a struct", into)
	}
	known, ok := payloadPlans.Load(t.Elem())
	if !ok {
		plan, err := PayloadPlanOf(t.Elem())
		if err != nil {
			return err
		}
		known, _ = payloadPlans.LoadOrStore(t.Elem(), plan)
	}
	return known.(*PayloadPlan).Decode(payload, into)
}

// payloadPlans are those of DecodePayload, by reflect.Type: as many as a program has payload types.
var payloadPlans sync.Map

// payloadTag reads what the msgpack tag of a field says.
func payloadTag(sf reflect.StructField) (key string, optional bool) {
	key, options, _ := strings.Cut(sf.Tag.Get("msgpack"), ",")
	if key == "" {
		key = sf.Name
	}
	return key, slices.Contains(strings.Split(options, ","), "omitempty")
}

func planStruct(t reflect.Type, within []reflect.Type) (*structPlan, error) {
	if slices.Contains(within, t) {
		return nil, fmt.Errorf("%s holds itself", t)
	}
	within = append(slices.Clip(within), t)
	plan := &structPlan{byKey: map[string]int{}}
	for i := range t.NumField() {
		sf := t.Field(i)
		key, optional := payloadTag(sf)
		if !sf.IsExported() || key == "-" {
			continue
		}
		if sf.Anonymous {
			return nil, fmt.Errorf("%s: embedded", sf.Name)
		}
		if _, twice := plan.byKey[key]; twice {
			return nil, fmt.Errorf("%s: another field has the key %q", sf.Name, key)
		}
		read, err := planValue(sf.Type, within)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sf.Name, err)
		}
		plan.byKey[key] = len(plan.fields)
		plan.fields = append(plan.fields, payloadField{key, i, optional || sf.Type.Kind() == reflect.Pointer, read})
	}
	if len(plan.fields) > maxPayloadFields {
		return nil, fmt.Errorf("%d fields: want %d at most", len(plan.fields), maxPayloadFields)
	}
	return plan, nil
}

// maxPayloadFields is how many fields a mask of those that were given holds.
const maxPayloadFields = 64

func planValue(t reflect.Type, within []reflect.Type) (reads, error) {
	if t == rawType {
		return readRaw, nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return readBool, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return readInt(-1<<(t.Bits()-1), 1<<(t.Bits()-1)-1), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return readUint(int64(uint64(math.MaxUint64) >> (64 - t.Bits()) & math.MaxInt64)), nil
	case reflect.Float32, reflect.Float64:
		return readFloat, nil
	case reflect.String:
		return readString, nil
	case reflect.Pointer:
		inner, err := planValue(t.Elem(), within)
		return readPointer(inner), err
	case reflect.Struct:
		plan, err := planStruct(t, within)
		return func(r *Reader, v reflect.Value) *Error { return plan.read(r, v, false) }, err
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return readBytes, nil
		}
		inner, err := planValue(t.Elem(), within)
		return readSlice(inner), err
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			inner, err := planValue(t.Elem(), within)
			return readMap(inner), err
		}
	}
	return nil, fmt.Errorf("%w: %s", errPayloadType, t)
}

// read takes a map into a struct. Only of the outermost one nil is taken, for a map of nothing.
func (p *structPlan) read(r *Reader, v reflect.Value, orNil bool) *Error {
	n := 0
	if !orNil || !r.null() {
		if n = r.mapLen(); r.err != nil {
			return wrong("a map")
		}
	}
	var given uint64
	for range n {
		i, known := p.byKey[r.str(math.MaxInt)]
		if r.err != nil {
			return wrong("a map")
		}
		if !known {
			r.skip(1)
			continue
		}
		if r.null() {
			continue
		}
		f := &p.fields[i]
		if err := f.read(r, v.Field(f.index)); err != nil {
			return under(f.key, err)
		}
		given |= 1 << i
	}
	if r.err != nil {
		return wrong("a map")
	}
	for i := range p.fields {
		if f := &p.fields[i]; !f.optional && given&(1<<i) == 0 {
			return RefuseField(f.key, "is missing")
		}
	}
	return nil
}

// under puts the name of what holds a value before the path of what is wrong in it.
func under(name string, err *Error) *Error {
	if err.Field != "" {
		name += "." + err.Field
	}
	err.Field = name
	return err
}

func wrong(want string) *Error { return RefuseField("", "want "+want) }

// unlessFailed is nil if the Reader took the value.
func unlessFailed(r *Reader, want string) *Error {
	if r.err != nil {
		return wrong(want)
	}
	return nil
}
