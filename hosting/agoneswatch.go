package hosting

import (
	"context"
	"encoding/json"
	"time"
)

// Keys of a gameserver's labels and annotations.
const (
	sdkPrefix     = "agones.dev/sdk-"           // before what is set through a sidecar
	lastAllocated = "agones.dev/last-allocated" // a time that changes with each allocation
)

// agonesEvent is one line of the stream of changes of a gameserver, as far as it matters here.
type agonesEvent struct {
	Result struct {
		Meta struct {
			Labels      map[string]string `json:"labels"`
			Annotations map[string]string `json:"annotations"`
		} `json:"object_meta"`
	} `json:"result"`
}

// watch follows what becomes of the gameserver until ctx ends.
func (a *Agones) watch(ctx context.Context) {
	failures := 0 // in a row
	for {
		err := a.gateway.stream(ctx, "/watch/gameserver", func(line []byte) error {
			var e agonesEvent
			if err := json.Unmarshal(line, &e); err != nil {
				return err
			}
			failures = 0
			a.see(e)
			return nil
		})
		if ctx.Err() != nil {
			return
		}
		// A sidecar ends streams now and then; that it is so is worth a line when somebody looks for one.
		a.cfg.Logger.Debug("the gameserver is not watched for a while", "err", err)
		failures++
		pause := time.NewTimer(pauseAfter(failures))
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// see takes notice of a change: of being asked to drain, and of being allocated by others.
func (a *Agones) see(e agonesEvent) {
	a.mu.Lock()
	defer a.mu.Unlock()
	labels := e.Result.Meta.Labels
	if !a.asked && (labels[DrainLabel] == "true" || labels[sdkPrefix+DrainLabel] == "true") {
		a.asked = true
		a.cfg.Logger.Info("the host asks for draining")
		close(a.draining)
	}
	if at := e.Result.Meta.Annotations[lastAllocated]; at != a.lastSeen {
		a.lastSeen = at
		a.lastUse = time.Now()
		if a.wanted == agonesReady {
			a.wanted = agonesAllocated // it is, without being asked for
		}
	}
}
