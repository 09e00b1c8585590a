package protocol_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/protocol"
)

type (
	team       uint8
	quaternion [4]float64
)

func TestPlanDescribesAStructByItsTags(t *testing.T) {
	type ship struct {
		Alive    bool
		HP       int8
		VX       float32 `sync:"min=-10,max=10,step=0.5"`
		MaxSpeed float64 `sync:"name=speed"`
		Heading  float32 `sync:"angle"`
		Turret   float64 `sync:" angle , bits=24 "`
		Team     team
		Score    uint64        `sync:"max=1000"`
		Depth    int           `sync:"min=-5"`
		Far      float32       `sync:"step=2"`
		Up       float32       `sync:"min=5,step=2"`
		Down     float32       `sync:"max=4,step=2"`
		Waited   time.Duration `sync:"min=0,max=9"`
		Name     string
		Tag      string `sync:"max=255,name=Tag"`
		X2Y      bool
		Spin     [4]float32     `sync:"quat"`
		Fine     quaternion     `sync:"quat,bits=10"`
		Aim      [3]float64     `sync:"unit"`
		North    [3]float32     `sync:"unit,bits=2"`
		hidden   func()         //lint:ignore U1000 fields that are not exported stay on the server: the test is that it is left out
		Secret   map[string]int `sync:"-"`
	}
	p, err := protocol.PlanOf(reflect.TypeFor[ship](), 60)
	if err != nil {
		t.Fatal(err)
	}
	const low, high = math.MinInt32, math.MaxInt32
	want := protocol.Fields{
		{Name: "alive", Kind: protocol.FieldBool},
		{Name: "hp", Kind: protocol.FieldInt, Min: -128, Max: 127},
		{Name: "vx", Kind: protocol.FieldFixed, Offset: -10, Step: 0.5, Max: 40},
		{Name: "speed", Kind: protocol.FieldFloat32},
		{Name: "heading", Kind: protocol.FieldAngle, Bits: 12},
		{Name: "turret", Kind: protocol.FieldAngle, Bits: 24},
		{Name: "team", Kind: protocol.FieldInt, Max: 255},
		{Name: "score", Kind: protocol.FieldInt, Max: 1000},
		{Name: "depth", Kind: protocol.FieldInt, Min: -5, Max: high},
		{Name: "far", Kind: protocol.FieldFixed, Step: 2, Min: low, Max: high},
		{Name: "up", Kind: protocol.FieldFixed, Offset: 5, Step: 2, Max: high},
		{Name: "down", Kind: protocol.FieldFixed, Step: 2, Min: low, Max: 2},
		{Name: "waited", Kind: protocol.FieldInt, Max: 9},
		{Name: "name", Kind: protocol.FieldString, MaxBytes: 64},
		{Name: "Tag", Kind: protocol.FieldString, MaxBytes: 255},
		{Name: "x2_y", Kind: protocol.FieldBool},
		{Name: "spin", Kind: protocol.FieldQuat, Bits: 9},
		{Name: "fine", Kind: protocol.FieldQuat, Bits: 10},
		{Name: "aim", Kind: protocol.FieldUnit, Bits: 12},
		{Name: "north", Kind: protocol.FieldUnit, Bits: 2},
	}
	if diff := cmp.Diff(want, p.Fields); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if p.Type() != reflect.TypeFor[ship]() {
		t.Errorf("plan of %s", p.Type())
	}
}

func TestEveryIntegerTypeHasItsRange(t *testing.T) {
	const low, high = math.MinInt32, math.MaxInt32
	for _, c := range []struct {
		typ      reflect.Type
		min, max int32
	}{
		{reflect.TypeFor[int8](), -128, 127}, {reflect.TypeFor[uint8](), 0, 255},
		{reflect.TypeFor[int16](), -32768, 32767}, {reflect.TypeFor[uint16](), 0, 65535},
		{reflect.TypeFor[int32](), low, high}, {reflect.TypeFor[uint32](), 0, high},
		{reflect.TypeFor[int64](), low, high}, {reflect.TypeFor[uint64](), 0, high},
		{reflect.TypeFor[int](), low, high}, {reflect.TypeFor[uint](), 0, high},
	} {
		p, err := protocol.PlanOf(reflect.StructOf([]reflect.StructField{{Name: "N", Type: c.typ}}), 60)
		if err != nil {
			t.Errorf("%s: %v", c.typ, err)
			continue
		}
		if f := p.Fields[0]; f.Kind != protocol.FieldInt || f.Min != c.min || f.Max != c.max {
			t.Errorf("%s travels as %+v", c.typ, f)
		}
	}
}

func TestEveryTagErrorNamesTheField(t *testing.T) {
	number, float, text, truth := reflect.TypeFor[uint8](), reflect.TypeFor[float32](), reflect.TypeFor[string](), reflect.TypeFor[bool]()
	three, four := reflect.TypeFor[[3]float32](), reflect.TypeFor[[4]float64]()
	for _, c := range []struct {
		typ  reflect.Type
		tag  string
		says string // what the error has to talk about besides the field
	}{
		{reflect.TypeFor[[]int](), "", "[]int"}, {reflect.TypeFor[*int](), "", "*int"}, {reflect.TypeFor[map[string]int](), "", "map"},
		{reflect.TypeFor[struct{ X int }](), "", "struct"}, {reflect.TypeFor[[2]float32](), "", "[2]float32"},
		{reflect.TypeFor[complex64](), "", "complex64"}, {reflect.TypeFor[uintptr](), "", "uintptr"}, {reflect.TypeFor[any](), "", "interface"},
		{reflect.TypeFor[time.Time](), "", "time.Time"},
		{number, "fast", "fast"}, {number, "mni=3", "mni"}, {number, "min", "min"}, {number, "min=", "min="}, {number, "min=x", "min=x"},
		{number, "min=NaN", "NaN"}, {number, "max=Inf", "Inf"}, {number, "min=0.5", "0.5"}, {number, "min=-1", "-1"}, {number, "max=256", "256"},
		{number, "min=9,max=8", "min 9"}, {number, "step=1", "step"}, {number, "angle", "angle"}, {number, "bits=3", "bits"}, {number, "name", "name="},
		{number, "name=" + strings.Repeat("n", 65), "64"}, {reflect.TypeFor[uint32](), "max=4294967295", "wire"}, {reflect.TypeFor[int64](), "min=-1e10", "-1e+10"},
		{float, "min=0", "step"}, {float, "max=0", "step"}, {float, "min=0,max=9", "step"}, {float, "step=0", "step"}, {float, "step=-1", "step"},
		{float, "min=1,max=0,step=0.1", "max"}, {float, "min=0,max=1,step=1e-10", "2^31"}, {float, "min=-1e308,max=1e308,step=1", "2^31"},
		{float, "max=1e10,step=1", "2^31"}, {float, "bits=3", "angle"}, {float, "angle=3", "angle"}, {float, "angle,bits=0", "bits"}, {float, "angle,bits=25", "bits"},
		{float, "angle,bits=1.5", "bits"}, {float, "angle,bits=-1e300", "bits"}, {float, "angle,step=1", "bits"}, {float, "angle,min=0", "bits"}, {float, "angle,max=1", "bits"},
		{float, "quat", "[4]float32"}, {float, "unit", "[3]float32"}, {number, "quat", "[4]float32"}, {text, "unit", "[3]float32"}, {truth, "quat", "[4]float32"},
		{four, "", "quat"}, {three, "", "unit"}, {four, "unit", "quat"}, {three, "quat", "unit"}, {four, "quat,unit", "bits only"}, {four, "quat,angle", "bits only"},
		{four, "quat,min=0", "bits only"}, {four, "quat,max=1", "bits only"}, {three, "unit,step=1", "bits only"}, {four, "quat=9", "no value"},
		{four, "quat,bits=1", "2 to 10"}, {four, "quat,bits=11", "2 to 10"}, {four, "quat,bits=2.5", "2 to 10"}, {three, "unit,bits=1", "2 to 15"},
		{three, "unit,bits=16", "2 to 15"}, {reflect.TypeFor[[4]int](), "quat", "[4]int"}, {reflect.TypeFor[[]float32](), "", "[]float32"},
		{float, "step=1,rate", "rate="}, {float, "step=1,rate=", "rate="}, {float, "step=1,rate=none", "none"},
		{text, "min=1", "max"}, {text, "step=1", "max"}, {text, "angle", "max"}, {text, "bits=1", "max"}, {text, "max=0", "255"}, {text, "max=256", "255"}, {text, "max=1.5", "255"},
		{truth, "min=0", "bool"}, {truth, "max=1", "bool"}, {truth, "step=1", "bool"}, {truth, "angle", "bool"}, {truth, "bits=1", "bool"},
	} {
		typ := reflect.StructOf([]reflect.StructField{{Name: "Good", Type: truth},
			{Name: "Broken", Type: c.typ, Tag: reflect.StructTag(`sync:"` + c.tag + `"`)}})
		_, err := protocol.PlanOf(typ, 60)
		if err == nil || !strings.Contains(err.Error(), "Broken") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s with %q: %v; want an error about Broken and %q", c.typ, c.tag, err, c.says)
		}
	}
}

func TestPlanErrorsNameTheType(t *testing.T) {
	type twice struct {
		A bool
		B bool `sync:"name=a"`
	}
	type wide struct{ F [2]int }
	for typ, says := range map[reflect.Type]string{
		reflect.TypeFor[twice](): `twice: field name "a"`, reflect.TypeFor[wide](): "wide.F", reflect.TypeFor[int](): "int is not a struct",
	} {
		if _, err := protocol.PlanOf(typ, 60); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v; want %q", typ, err, says)
		}
	}
	var fields []reflect.StructField
	for _, c := range "abcdefghijklmnopqrstuvwxyz0123456" {
		fields = append(fields, reflect.StructField{Name: "F" + string(c), Type: reflect.TypeFor[bool]()})
	}
	if _, err := protocol.PlanOf(reflect.StructOf(fields[:32]), 60); err != nil {
		t.Errorf("32 fields: %v", err)
	}
	if _, err := protocol.PlanOf(reflect.StructOf(fields), 60); err == nil || !strings.Contains(err.Error(), "33 fields") {
		t.Errorf("33 fields: %v", err)
	}
}

func TestNamesThatReachAPrototypeAreRefused(t *testing.T) {
	type hostile struct {
		X int `sync:"name=__proto__"`
	}
	if _, err := protocol.PlanOf(reflect.TypeFor[hostile](), 60); err == nil {
		t.Error("a field called __proto__ was taken")
	}
	for _, name := range []string{"constructor", "prototype"} {
		if err := (protocol.Schema{{Name: name}}).Validate(); err == nil {
			t.Errorf("a table called %s was taken", name)
		}
	}
}
