package step_test

import (
	"math"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/match/step"
)

type row struct {
	X, MaxSpeed float64
	Small       float32
	Count       int16
	Kind        uint8
	Alive       bool
	Facing      [4]float64
	Elsewhere   int    `sync:"min=0,name=place,max=9"`
	Kept        int    `sync:"-"`
	Name        string `sync:"max=24"`
	hidden      int
}

type input struct {
	Turn int
	Fire bool
}

const layout = `{"row":[["x","number",0],["max_speed","number",0],["small","number",0],["count","number",0],["kind","number",0],` +
	`["alive","boolean",0],["facing","number",4],["place","number",0]],"input":[["turn","number",0],["fire","boolean",0]]}`

func TestTheLayoutNamesWhatTravelsAsTheWireDoes(t *testing.T) {
	m, err := step.New(func(*row, *input, float64) {})
	if err != nil {
		t.Fatal(err)
	}
	if m.Layout() != layout {
		t.Errorf("layout\n%s, want\n%s", m.Layout(), layout)
	}
	if len(m.Cells()) != 13 {
		t.Errorf("%d cells, want 13", len(m.Cells()))
	}
}

func TestAMoveFindsWhatIsInTheCellsAndLeavesWhatItMade(t *testing.T) {
	m, err := step.New(func(r *row, in *input, dt float64) {
		want := row{X: 0.1, MaxSpeed: -2.5, Small: 0.5, Count: -300, Kind: 200, Alive: true, Facing: [4]float64{1, 2, 3, 4}, Elsewhere: 7}
		if *r != want || *in != (input{Turn: -1, Fire: true}) || dt != 0.25 {
			t.Errorf("row %+v, input %+v, dt %v", *r, *in, dt)
		}
		*r = row{X: math.Pi, MaxSpeed: 1, Small: 0.1, Count: 12, Kind: 3, Facing: [4]float64{4, 3, 2, 1}, Elsewhere: 1}
		*in = input{Turn: 5}
	})
	if err != nil {
		t.Fatal(err)
	}
	copy(m.Cells(), []float64{0.1, -2.5, 0.5, -300, 200, 1, 1, 2, 3, 4, 7, -1, 1})
	m.Run(0.25)
	want := []float64{math.Pi, 1, float64(float32(0.1)), 12, 3, 0, 4, 3, 2, 1, 1, -1, 1}
	for i, got := range m.Cells() {
		if got != want[i] {
			t.Errorf("cell %d is %v, want %v", i, got, want[i])
		}
	}
}

func TestWhatDoesNotTravelIsZeroInEveryStep(t *testing.T) {
	m, err := step.New(func(r *row, _ *input, _ float64) {
		if r.Kept != 0 || r.Name != "" || r.hidden != 0 {
			t.Errorf("kept from the step before: %+v", *r)
		}
		r.Kept, r.Name, r.hidden = 1, "x", 1
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Run(1)
	m.Run(1)
}

func TestATypeThatIsNoNumberIsRefusedByItsField(t *testing.T) {
	_, err := step.New(func(*struct{ Deep struct{ X int } }, *input, float64) {})
	if err == nil || !strings.Contains(err.Error(), "Deep") {
		t.Errorf("a struct: %v", err)
	}
	_, err = step.New(func(*row, *struct{ Words [2]string }, float64) {})
	if err == nil || !strings.Contains(err.Error(), "Words") {
		t.Errorf("strings: %v", err)
	}
	_, err = step.New(func(*struct{ None [0]int }, *input, float64) {})
	if err == nil || !strings.Contains(err.Error(), "None") {
		t.Errorf("an empty array: %v", err)
	}
	_, err = step.New(func(*struct{ Many [step.MaxCells + 1]int }, *input, float64) {})
	if err == nil {
		t.Error("more cells than a page takes are not refused")
	}
}

func TestAStepAllocatesNothing(t *testing.T) {
	m, err := step.New(func(r *row, in *input, dt float64) { r.X += float64(float64(in.Turn) * dt) })
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { m.Run(1.0 / 60) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
