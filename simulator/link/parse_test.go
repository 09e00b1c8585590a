package link_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator/link"
)

func TestTextIsAPresetThreeNumbersOrFields(t *testing.T) {
	fourG, _ := link.Preset("4g")
	changed := fourG
	changed.DownKbps, changed.UpKbps, changed.Loss = 64, 32, 3
	for text, want := range map[string]link.Profile{
		"4g":                   fourG,
		"4g,kbps=64/32,loss=3": changed,
		"150,30,1":             {RTT: 150 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 1},
		"150,30,1,256":         {RTT: 150 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 1, DownKbps: 256, UpKbps: 256},
		"0.5,0,0.25":           {RTT: 500 * time.Microsecond, Loss: 0.25},
		"rtt=40,kbps=512":      {RTT: 40 * time.Millisecond, DownKbps: 512, UpKbps: 512},
		"queue=64,mute=30s,cut=5s,burst=10s/300ms/30,flap=40s/5s": {QueueBytes: 64 << 10, Mute: 30 * time.Second, Cut: 5 * time.Second,
			Burst: link.Burst{Every: 10 * time.Second, For: 300 * time.Millisecond, Loss: 30},
			Flap:  link.Flap{Up: 40 * time.Second, Down: 5 * time.Second}},
	} {
		if got, err := link.Parse(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func TestTextThatIsWrongIsOneLineThatNamesTheField(t *testing.T) {
	for text, field := range map[string]string{
		"":                       "4g",
		"5g":                     "train-tunnel",
		"150":                    "RTT,JITTER,LOSS",
		"150,30":                 "RTT,JITTER,LOSS",
		"150,loss=1,30":          "RTT,JITTER,LOSS",
		"150,30,1,7":             "kbps",
		"150,30,1,64,2":          `"2"`,
		"fast,30,1":              "rtt",
		"150,NaN,1":              "jitter",
		"150,30,1e400":           "loss",
		"150,160,1":              "jitter",
		"-1,0,0":                 "rtt",
		"1e300,0,0":              "rtt",
		"10001,0,0":              "rtt",
		"150,30,51":              "loss",
		"4g,los=3":               "los: no such field",
		"4g,loss=3,loss=4":       "given twice",
		"4g,kbps=fast":           "kbps",
		"4g,kbps=1/2/3":          "kbps",
		"4g,kbps=7":              "kbps",
		"4g,kbps=64/-1":          "kbps (up)",
		"4g,queue=0":             "queue",
		"4g,queue=1":             "queue",
		"4g,burst=10s/300ms":     "burst",
		"4g,burst=10s/300ms/0.5": "burst, loss",
		"4g,burst=10s/5h/30":     "burst, length",
		"4g,burst=0s/0s/0":       "burst",
		"4g,flap=40s":            "flap",
		"4g,flap=40s/1ms":        "flap, time down",
		"4g,mute=soon":           "mute",
		"4g,cut=1ms":             "cut",
	} {
		_, err := link.Parse(text)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), field) {
			t.Errorf("%q: %v, want it to name %s", text, err, field)
		}
	}
}

func TestAProfileAsTextIsTheProfile(t *testing.T) {
	profiles := []link.Profile{{}, {RTT: time.Second / 3, Mute: time.Minute, Cut: time.Hour, UpKbps: 8}}
	for _, name := range link.Presets() {
		p, _ := link.Preset(name)
		if err := p.Validate(); err != nil || p.String() != name {
			t.Errorf("%s: %v, %v", name, p, err)
		}
		profiles = append(profiles, p)
		p.Loss++
		profiles = append(profiles, p)
	}
	for seed := range uint64(200) {
		profiles = append(profiles, anyProfile(rand.New(rand.NewPCG(seed, 1))))
	}
	for _, p := range profiles {
		got, err := link.Parse(p.String())
		if got.Name == "" {
			p.Name = "" // what is left of a preset that was changed
		}
		if err != nil || got != p {
			t.Errorf("%v: %+v, %v, want %+v", p, got, err, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range append(link.Presets(), "150,30,1", "4g,kbps=64/32,queue=8", "burst=10s/300ms/30,flap=40s/5s,mute=1m,cut=1m") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := link.Parse(text)
		if err != nil {
			return
		}
		if err := p.Validate(); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if _, err := link.Parse(p.String()); err != nil {
			t.Fatalf("%q as %q: %v", text, p, err)
		}
	})
}
