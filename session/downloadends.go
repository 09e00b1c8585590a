package session

import "time"

// giveUp ends a download that the client does not know to be over. It needs mu.
func (ds *downloads) giveUp(d *Download, why error) {
	ds.end(d, why)
	if len(ds.cancelled) == keptOutcomes {
		ds.cancelled = append(ds.cancelled[:0], ds.cancelled[1:]...)
	}
	ds.cancelled = append(ds.cancelled, givenUp{id: d.id})
	ds.wake()
}

// end needs mu.
func (ds *downloads) end(d *Download, why error) {
	delete(ds.open, d.id)
	for i := range ds.order {
		if ds.order[i] == d {
			ds.order = append(ds.order[:i], ds.order[i+1:]...)
			break
		}
	}
	d.err = why
	d.file.Data = nil // whoever keeps the Download does not keep the bytes
	counters := &ds.hub.cfg.Counters.Downloads
	counters.Open.Add(-1)
	if why == nil {
		counters.Done.Add(1)
	} else {
		counters.Broken.Add(1)
	}
	close(d.done)
}

// watch has downloads that do not get on ended, as long as there are any. It needs mu.
func (ds *downloads) watch() {
	if ds.timer == nil && ds.conn != nil && len(ds.open) > 0 {
		ds.timer = time.AfterFunc(ds.hub.cfg.TransferTimeout, ds.check)
	}
}

// unwatch needs mu.
func (ds *downloads) unwatch() {
	if ds.timer != nil {
		ds.timer.Stop()
		ds.timer = nil
	}
}

// check is the timer's callback.
func (ds *downloads) check() {
	before := ds.hub.cfg.Now().Add(-ds.hub.cfg.TransferTimeout)
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if ds.timer == nil {
		return
	}
	ds.timer = nil
	for _, d := range ds.open {
		if !d.moved.After(before) {
			ds.giveUp(d, ErrTimeout)
		}
	}
	ds.watch()
}
