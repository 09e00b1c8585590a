package state_test

//lint:file-ignore U1000 the fields are there for the codec, which finds them by reflection.

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/match/state"
)

type mind struct {
	Skill float64
	plan  []int16
}

type thing struct {
	Alive      bool
	I          int
	I8         int8
	U          uint64
	F          float32
	G          float64
	Name       string
	bytes      []byte
	words      []string
	none       []int
	empty      []int
	grid       [2][3]int32
	mind       *mind   `state:"owned"`
	minds      []*mind `state:"owned"`
	nobody     *mind   `state:"owned"`
	elsewhere  *mind   `state:"-"`
	unkeepable func()  `state:"-"`
	rng        rand.PCG
}

func someThing() thing {
	return thing{
		Alive: true, I: math.MinInt64, I8: -128, U: math.MaxUint64, F: math.SmallestNonzeroFloat32, G: math.Copysign(0, -1),
		Name: "ada \x00 \xff", bytes: []byte{0, 128, 255}, words: []string{"", "x"}, empty: []int{},
		grid: [2][3]int32{{1, -2, 3}, {4, 5, math.MaxInt32}}, mind: &mind{0.5, []int16{1, -1}},
		minds: []*mind{{Skill: 1}, nil}, rng: *rand.NewPCG(1, 2),
	}
}

func TestWhatIsLoadedIsWhatWasKept(t *testing.T) {
	kept := someThing()
	data, err := state.Append([]byte("before"), &kept)
	if err != nil {
		t.Fatal(err)
	}
	left := &mind{Skill: 9}
	loaded := thing{elsewhere: left, nobody: left, none: []int{1}}
	rest, err := state.Load(append(data, "after"...)[len("before"):], &loaded)
	if err != nil || string(rest) != "after" {
		t.Fatalf("rest %q, error %v", rest, err)
	}
	if loaded.elsewhere != left {
		t.Error("a field that is not kept was changed")
	}
	loaded.elsewhere = nil
	if !reflect.DeepEqual(kept, loaded) {
		t.Errorf("kept %+v, loaded %+v", kept, loaded)
	}
	if math.Signbit(loaded.G) != true {
		t.Error("a bit of a float was lost")
	}
	if kept.mind == loaded.mind {
		t.Error("what was loaded shares memory with what was kept")
	}
}

func TestWhatCannotBeKeptIsNamed(t *testing.T) {
	type inner struct{ peers map[int]int }
	type ring struct {
		next []ring
	}
	for want, v := range map[string]any{
		".list: map[int]int":        &struct{ list map[int]int }{},
		".in.peers: map[int]int":    &struct{ in inner }{},
		".p: *int":                  &struct{ p *int }{},
		".q: *int":                  &struct{ q []*int }{},
		".f: func()":                &struct{ f func() }{},
		".c: chan int":              &struct{ c chan int }{},
		".e: interface {}":          &struct{ e any }{},
		".u: uintptr":               &struct{ u uintptr }{},
		".s: a slice of nothing":    &struct{ s []struct{} }{},
		"ring.next: state_test.rin": &ring{},
		`tag state:"own"`: &struct {
			p *int `state:"own"`
		}{},
	} {
		_, err := state.Append(nil, v)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: error %v, want %q in it", v, err, want)
		}
	}
	if _, err := state.Append(nil, thing{}); err == nil {
		t.Error("a value that is no pointer was taken")
	}
}

func TestALayoutTellsTypesApart(t *testing.T) {
	layout := func(t reflect.Type) uint64 {
		plan, err := state.PlanOf(t)
		if err != nil {
			panic(err)
		}
		return plan.Layout()
	}
	base := layout(reflect.TypeFor[struct{ A, B int }]())
	type named struct{ A, B int }
	if layout(reflect.TypeFor[named]()) != base {
		t.Error("a type's own name matters")
	}
	for _, other := range []reflect.Type{
		reflect.TypeFor[struct{ B, A int }](), reflect.TypeFor[struct{ A int }](), reflect.TypeFor[struct{ A, B int64 }](),
		reflect.TypeFor[struct{ A, C int }](), reflect.TypeFor[struct{ A, B []int }](), reflect.TypeFor[struct{ A, B [2]int }](),
	} {
		if layout(other) == base {
			t.Errorf("%s has the layout of struct { A, B int }", other)
		}
	}
}

func TestFieldsOfTypesThatAreLeftOutAreLeftAlone(t *testing.T) {
	type holder struct {
		A int
		m *mind
	}
	plan, err := state.PlanWithout(reflect.TypeFor[holder](), func(t reflect.Type) bool { return t == reflect.TypeFor[*mind]() })
	if err != nil {
		t.Fatal(err)
	}
	kept := holder{A: 1, m: &mind{}}
	data, err := plan.Append(nil, reflect.ValueOf(&kept).UnsafePointer())
	if err != nil {
		t.Fatal(err)
	}
	own := &mind{}
	loaded := holder{m: own}
	if _, err := plan.Load(data, reflect.ValueOf(&loaded).UnsafePointer()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{1, true}, []any{loaded.A, loaded.m == own}); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenBytesAreRefused(t *testing.T) {
	kept := someThing()
	data, err := state.Append(nil, &kept)
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		var v thing
		if err := state.LoadAll(data[:n], &v); !errors.Is(err, state.ErrMalformed) {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
	var v thing
	if err := state.LoadAll(append(data, 0), &v); !errors.Is(err, state.ErrMalformed) {
		t.Errorf("a byte too much: %v", err)
	}
	for name, c := range map[string]struct {
		data []byte
		v    any
	}{
		"bool of 2":            {[]byte{2}, new(bool)},
		"int8 of 128":          {[]byte{0x80, 0x02}, new(int8)},
		"uint16 of 65536":      {[]byte{0x80, 0x80, 0x04}, new(uint16)},
		"endless number":       {[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, new(uint64)},
		"huge slice":           {[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, new([]float64)},
		"huge string":          {[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, new(string)},
		"bad bytes for a type": {[]byte{3, 1, 2, 3}, new(rand.PCG)},
	} {
		if _, err := state.Load(c.data, c.v); !errors.Is(err, state.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzLoad holds that bytes from anywhere neither break the loader nor make it loaded with more than they are worth, and that what is
// taken is kept again as what loads the same.
func FuzzLoad(f *testing.F) {
	kept := someThing()
	data, err := state.Append(nil, &kept)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var v, again thing
		if err := state.LoadAll(data, &v); err != nil {
			if !errors.Is(err, state.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		kept, err := state.Append(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		if err := state.LoadAll(kept, &again); err != nil {
			t.Fatal(err)
		}
		twice, err := state.Append(nil, &again)
		if err != nil || string(kept) != string(twice) {
			t.Fatalf("kept %x, then %x, error %v", kept, twice, err)
		}
	})
}
