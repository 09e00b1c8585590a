package simulator

import (
	"fmt"
	"time"

	client "github.com/deltatick/deltatick/client-go"
)

// Prediction makes the predictor of a bot's own row in a room that it has entered; see client.Predict. A game's own is three lines:
//
//	func(room *client.Room) (*client.Predictor, error) {
//		return client.Predict(room, client.Prediction[Car, Wheel]{Table: "cars", Row: ownCar(room), Step: mygame.Step})
//	}
type Prediction func(room *client.Room) (*client.Predictor, error)

// Foresighted is a [Bot] that decides by where its row is going to be. Where the group predicts, Foresee is called after each Enter; me has seen the
// view that Think is given, and all inputs before.
type Foresighted interface {
	Foresee(me *client.Predictor)
}

// checkPredictions says which group's prediction nobody can make.
func (cfg Config) checkPredictions() error {
	for _, g := range cfg.Groups {
		if g.Predict && cfg.Predictions[g.Game] == nil {
			return fmt.Errorf("group %s: predict: it is not known here how rows of %s move; see Config.Predictions", g.Name, g.Game)
		}
	}
	return nil
}

// foresight is a visit's prediction in one room; nil is none.
type foresight struct {
	v  *visit
	me *client.Predictor
}

// foresee begins to predict in a room, where the group does and the bot has a seat.
func (v *visit) foresee(room *client.Room) *foresight {
	if !v.crowd.Predict || room.Seat == 0 {
		return nil
	}
	me, err := v.cfg.Predictions[v.crowd.Game](room)
	if err != nil {
		v.tally.fail(FailedPrediction, "%v", err)
		return nil
	}
	if bot, ok := v.bot.(Foresighted); ok {
		bot.Foresee(me)
	}
	return &foresight{v: v, me: me}
}

// observe measures what was predicted for a view.
func (f *foresight) observe(view *client.View) {
	if f == nil {
		return
	}
	if off, compared := f.me.Observe(view); compared && f.v.tally.window.contains(time.Now()) {
		f.v.crowd.gauges.foretold.add(time.Duration(off * float64(time.Millisecond)))
	}
}

func (f *foresight) run(in *client.Input) {
	if f != nil {
		f.me.Run(in)
	}
}

// end adds what was counted in the room to what the bot lived through.
func (f *foresight) end() {
	if f == nil {
		return
	}
	t := &f.v.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	t.foretold.Add(f.me.Stats)
}
