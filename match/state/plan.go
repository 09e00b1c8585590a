package state

import (
	"encoding"
	"fmt"
	"hash/fnv"
	"reflect"
	"strings"
	"sync"
)

// Plan is how the values of one type are kept. It is immutable and safe for concurrent use.
type Plan struct {
	root node
	typ  reflect.Type
}

// node is the plan of a part of a value.
type node struct {
	kind   reflect.Kind // reflect.Invalid: by the type's own methods
	typ    reflect.Type
	elem   *node   // of a slice, an array or a pointer
	fields []field // of a struct
	least  int     // bytes it takes at least
	layout string
}

type field struct {
	name   string
	offset uintptr
	node
}

// PlanOf makes the plan for type t. The error names the field that cannot be kept.
func PlanOf(t reflect.Type) (*Plan, error) {
	if plan, ok := plans.Load(t); ok {
		return plan.(*Plan), nil
	}
	plan, err := PlanWithout(t, nil)
	if err == nil {
		plans.Store(t, plan)
	}
	return plan, err
}

var plans sync.Map // of *Plan by reflect.Type

// PlanWithout is [PlanOf] with fields of some types left out, as if each had the tag `state:"-"`. Nil leaves out none.
func PlanWithout(t reflect.Type, leaveOut func(reflect.Type) bool) (*Plan, error) {
	c := compiler{leaveOut: leaveOut, open: map[reflect.Type]bool{}}
	root, err := c.node(t, false)
	if err != nil {
		return nil, fmt.Errorf("%s%w", t.Name(), err)
	}
	return &Plan{root, t}, nil
}

// Type is the type the plan was made for.
func (p *Plan) Type() reflect.Type { return p.typ }

// Layout is a hash of what is kept, in which order, and how: the names and kinds of all fields, down to the last. Bytes are good for a
// type of the same layout only.
func (p *Plan) Layout() uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.root.layout)) // it never fails
	return h.Sum64()
}

type compiler struct {
	leaveOut func(reflect.Type) bool
	open     map[reflect.Type]bool // structs that are being looked at
}

var (
	marshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// node plans a type. Errors begin with the path from it to what is at fault.
func (c *compiler) node(t reflect.Type, owned bool) (node, error) {
	n := node{kind: t.Kind(), typ: t, least: 1, layout: t.Kind().String()}
	if p := reflect.PointerTo(t); t.Kind() != reflect.Pointer && p.Implements(marshaler) && p.Implements(unmarshaler) {
		n.kind, n.layout = reflect.Invalid, "binary"
		return n, nil
	}
	var err error
	switch t.Kind() {
	case reflect.Bool, reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
	case reflect.Float32:
		n.least = 4
	case reflect.Float64:
		n.least = 8
	case reflect.Slice:
		err = c.contents(&n, owned)
		if err == nil && n.elem.least == 0 {
			err = fmt.Errorf(": a slice of nothing cannot be kept")
		}
		n.least, n.layout = 1, "[]"+n.elemLayout()
	case reflect.Array:
		err = c.contents(&n, owned)
		if err == nil {
			n.least = t.Len() * n.elem.least
		}
		n.layout = fmt.Sprintf("[%d]%s", t.Len(), n.elemLayout())
	case reflect.Pointer:
		if !owned {
			return n, fmt.Errorf(": %s cannot be kept: say `state:\"owned\"` if nothing else points there, or `state:\"-\"` to leave it out", t)
		}
		err = c.contents(&n, owned)
		n.layout = "*" + n.elemLayout()
	case reflect.Struct:
		err = c.structure(&n)
	default:
		err = fmt.Errorf(": %s cannot be kept: say `state:\"-\"` to leave it out", t)
	}
	return n, err
}

func (c *compiler) contents(n *node, owned bool) error {
	elem, err := c.node(n.typ.Elem(), owned)
	n.elem = &elem
	return err
}

func (n *node) elemLayout() string { return n.elem.layout }

func (c *compiler) structure(n *node) error {
	if c.open[n.typ] {
		return fmt.Errorf(": %s contains itself", n.typ)
	}
	c.open[n.typ] = true
	defer delete(c.open, n.typ)
	var layout strings.Builder
	n.least = 0
	for sf := range n.typ.Fields() {
		tag := sf.Tag.Get("state")
		if tag == "-" || c.leaveOut != nil && c.leaveOut(sf.Type) {
			continue
		}
		if tag != "" && tag != "owned" {
			return fmt.Errorf(".%s: tag state:%q: want \"-\" or \"owned\"", sf.Name, tag)
		}
		of, err := c.node(sf.Type, tag == "owned")
		if err != nil {
			return fmt.Errorf(".%s%w", sf.Name, err)
		}
		n.fields = append(n.fields, field{sf.Name, sf.Offset, of})
		n.least += of.least
		fmt.Fprintf(&layout, "%s %s;", sf.Name, of.layout)
	}
	n.layout = "{" + layout.String() + "}"
	return nil
}
