package peer

import (
	"bytes"
	"context"
)

// This file is what a node says to itself.

func (m *Mesh) callOwn(ctx context.Context, method string, payload []byte) ([]byte, error) {
	if !m.begin() {
		return nil, ErrClosed
	}
	defer m.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.ctx, cancel)()
	answer, err := m.answer(ctx, m.cfg.Node, method, bytes.Clone(payload))
	if err != nil {
		return nil, decodeRefusal(encodeRefusal(err)) // as another node would see it
	}
	return answer, nil
}

// ownQueue is the queue of casts to this node.
func (m *Mesh) ownQueue() (*queue, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	if m.own == nil {
		m.own = newQueue(m.cfg.MaxQueue)
		m.running.Go(func() { m.takeOwn(m.own) })
	}
	return m.own, nil
}

func (m *Mesh) takeOwn(q *queue) {
	for {
		select {
		case <-m.ctx.Done():
			return
		case <-q.wake:
			for b := q.next(); b != nil; b = q.next() {
				if f, err := parseFrame(b); err == nil {
					m.take(m.cfg.Node, &f)
				}
			}
		}
	}
}
