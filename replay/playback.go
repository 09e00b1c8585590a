package replay

import (
	"errors"
	"io"
	"sync"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/recording"
)

// Speeds of a playback, in recorded ticks for each tick shown.
const (
	MinSpeed = 0.1
	MaxSpeed = 16
)

// Playback goes through a recording: forward at a speed, or standing, or to any tick. Its methods may be called by any goroutine; reading
// the file, which [Playback.advance] and Seek do, is done under its lock.
type Playback struct {
	reader *recording.Reader

	// Guarded by mu.
	mu       sync.Mutex
	cursor   *recording.Cursor
	position float64         // recorded tick with its fraction
	shown    *recording.Tick // never nil
	at       uint32          // tick of the match that showed it first; 0: none yet
	speed    float64
	paused   bool
	fault    error // of the file: nothing but a seek helps
}

// State is where a playback stands. It travels as the map of docs/PROTOCOL.md, section 4.4.
type State struct {
	Game     string  `msgpack:"game"`
	Match    string  `msgpack:"match"`
	Started  int64   `msgpack:"started"` // of the match, Unix ms
	TickRate int     `msgpack:"tick_rate"`
	First    uint32  `msgpack:"first"` // ticks of the recording, both included
	Last     uint32  `msgpack:"last"`
	Tick     uint32  `msgpack:"tick"`  // recorded tick that is shown
	Shown    uint32  `msgpack:"shown"` // tick of the snapshots since which it is; 0: not yet
	Speed    float64 `msgpack:"speed"`
	Paused   bool    `msgpack:"paused"`
	Fault    string  `msgpack:"fault"` // what is wrong with the file at this place, or ""
}

// errEmpty means that there is nothing to show.
var errEmpty = errors.New("the recording holds no tick")

// NewPlayback stands at a recording's first tick and plays at a speed, which is brought between MinSpeed and MaxSpeed. Errors are
// those of the first tick.
func NewPlayback(r *recording.Reader, speed float64) (*Playback, error) {
	p := &Playback{reader: r, cursor: r.Cursor(), speed: within(speed)}
	if r.Last() < r.First() {
		return nil, errEmpty
	}
	if err := p.seek(r.First()); err != nil {
		return nil, err
	}
	return p, nil
}

func within(speed float64) float64 {
	if speed >= MinSpeed { // not so a NaN
		return min(speed, MaxSpeed)
	}
	return MinSpeed
}

// State is where the playback stands.
func (p *Playback) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.reader.Header()
	s := State{
		Game: h.Game, Match: h.Match, Started: h.Started.UnixMilli(), TickRate: h.TickRate, First: p.reader.First(), Last: p.reader.Last(),
		Tick: p.shown.Tick, Shown: p.at, Speed: p.speed, Paused: p.paused,
	}
	if p.fault != nil {
		s.Fault = p.fault.Error()
	}
	return s
}

// Play goes on; from the end, it begins anew.
func (p *Playback) Play() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = false
	if p.shown.Tick == p.reader.Last() {
		return p.seek(p.reader.First())
	}
	return nil
}

// Pause stands still.
func (p *Playback) Pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = true
}

// SetSpeed changes how fast it plays.
func (p *Playback) SetSpeed(speed float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.speed = within(speed)
}

// Seek goes to a tick, or as near as there is one.
func (p *Playback) Seek(tick uint32) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seek(min(max(tick, p.reader.First()), p.reader.Last()))
}

// seek needs mu.
func (p *Playback) seek(tick uint32) error {
	t, err := p.cursor.Seek(tick)
	if err != nil {
		return p.stop(err)
	}
	p.show(t)
	p.position, p.fault = float64(t.Tick), nil
	return nil
}

func (p *Playback) stop(err error) error {
	p.paused, p.fault = true, err
	return err
}

// show takes a tick to be shown; one without a world, in which the game broke, leaves the last.
func (p *Playback) show(t *recording.Tick) {
	if t.Snapshot == nil && p.shown != nil {
		broken := *t
		broken.Snapshot = p.shown.Snapshot
		t = &broken
	}
	p.shown, p.at = t, 0
}

// advance goes on by what one tick of the match is worth, and tells emit of every event that everyone was told on the way. n is the
// match's tick.
func (p *Playback) advance(n uint32, emit func(name string, payload []byte)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.paused {
		p.position = min(p.position+p.speed, float64(p.reader.Last()))
	}
	for p.shown.Tick < uint32(p.position) && p.fault == nil {
		t, err := p.cursor.Next()
		if err != nil {
			if err == io.EOF {
				err = recording.ErrTorn
			}
			_ = p.stop(err)
			break
		}
		p.show(t)
		for _, e := range t.Events {
			if e.To == 0 {
				emit(e.Name, e.Payload)
			}
		}
	}
	if p.shown.Tick == p.reader.Last() {
		p.paused = true
	}
	if p.at == 0 {
		p.at = n
	}
}

// fill makes rows what a table of the tick shown is.
func (p *Playback) fill(table int, fields protocol.Fields, rows *protocol.Rows) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown.Snapshot == nil {
		rows.Resize(0, fields)
		return
	}
	rows.CopyFrom(&p.shown.Snapshot.Tables[table], fields)
}
