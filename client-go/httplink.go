package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// httpLink is the carrier of a link over plain HTTP: docs/PROTOCOL.md, section 12.
type httpLink struct {
	client *http.Client
	url    string
	id     string
	mode   string
	quiet  time.Duration // longest silence that a receive puts up with

	alive context.Context // ends with the carrier
	end   context.CancelCauseFunc

	// Of the goroutine that receives.
	body io.ReadCloser // of the present answer; nil: none
	buf  []byte        // records that have come, of which some are read
	rest []byte        // those that are not

	// Guarded by mu.
	mu      sync.Mutex
	outbox  []byte // records for the next POST
	posting bool   // a goroutine has them sent, and ends when there are no more
}

// dialHTTP opens a link.
func dialHTTP(ctx context.Context, cfg Config) (carrier, error) {
	transport := &http.Transport{DialContext: cfg.NetDial, DisableCompression: true}
	l := &httpLink{
		client: &http.Client{Transport: transport}, url: "http" + strings.TrimPrefix(cfg.URL, "ws"), mode: protocol.DownStream, quiet: cfg.LinkTimeout,
	}
	if cfg.Over == OverPoll {
		l.mode = protocol.DownPoll
	}
	l.alive, l.end = context.WithCancelCause(context.Background())
	id, err := l.post(ctx, nil)
	if err != nil {
		l.cut()
		return nil, err
	}
	l.id = string(id)
	return l, nil
}

// receive cuts the next frame from what has come, or has more come.
func (l *httpLink) receive() ([]byte, error) {
	for {
		kind, payload, rest, need, ok := protocol.CutRecord(l.rest)
		if !ok {
			if need > protocol.RecordHead+protocol.MaxServerFrame {
				return nil, fmt.Errorf("%w: a record of %d bytes", protocol.ErrMalformed, need)
			}
			if err := l.more(); err != nil {
				return nil, l.lost(err)
			}
			continue
		}
		l.rest = rest
		switch kind {
		case protocol.RecordFrame:
			return payload, nil
		case protocol.RecordPing:
			if err := l.queue(protocol.RecordPong, payload); err != nil {
				return nil, l.lost(err)
			}
		case protocol.RecordClose:
			closed, err := protocol.ReadClose(payload)
			if err != nil {
				return nil, err
			}
			return nil, closed
		}
	}
}

// more reads some more bytes, of the present answer or the next.
func (l *httpLink) more() error {
	silence := time.AfterFunc(l.quiet, func() { l.end(errSilent) })
	defer silence.Stop()
	if l.body == nil {
		body, err := l.get()
		if err != nil {
			return err
		}
		l.body = body
	}
	// Frames that were handed out lie before the rest, and their time is over.
	l.buf = append(l.buf[:0], l.rest...)
	if cap(l.buf)-len(l.buf) < 512 {
		l.buf = append(make([]byte, 0, 2*len(l.buf)+4096), l.buf...)
	}
	n, err := l.body.Read(l.buf[len(l.buf):cap(l.buf)])
	l.buf = l.buf[:len(l.buf)+n]
	l.rest = l.buf
	if !errors.Is(err, io.EOF) {
		return err
	}
	err = l.body.Close()
	l.body = nil
	if l.mode == protocol.DownStream && n == 0 {
		return io.ErrUnexpectedEOF
	}
	return err
}

var errSilent = errors.New("nothing heard")

// get asks for records.
func (l *httpLink) get() (io.ReadCloser, error) {
	q, err := http.NewRequestWithContext(l.alive, http.MethodGet, l.url, nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set(protocol.HeaderLink, l.id)
	q.Header.Set(protocol.HeaderDown, l.mode)
	answer, err := l.client.Do(q)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		_ = answer.Body.Close()
		return nil, fmt.Errorf("the server answered %s", answer.Status)
	}
	return answer.Body, nil
}

// lost says why, which a context that has ended knows better than a read that it broke off.
func (l *httpLink) lost(err error) error {
	if cause := context.Cause(l.alive); cause != nil {
		err = cause
	}
	return fmt.Errorf("%w: %w", ErrOffline, err)
}

func (l *httpLink) send(frame []byte) error { return l.queue(protocol.RecordFrame, frame) }

// queue has a record sent by the next POST, which leaves when the one before has been answered.
func (l *httpLink) queue(kind protocol.RecordKind, payload []byte) error {
	if cause := context.Cause(l.alive); cause != nil {
		return cause
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.outbox)+protocol.RecordHead+len(payload) > protocol.MaxUp {
		return errors.New("the server does not take what is sent")
	}
	l.outbox = protocol.AppendRecord(l.outbox, kind, payload)
	if !l.posting {
		l.posting = true
		go l.postAll()
	}
	return nil
}

// postAll sends what is in the outbox until it is empty. A POST that fails costs the link.
func (l *httpLink) postAll() {
	for {
		l.mu.Lock()
		records := l.outbox
		l.outbox = nil
		l.posting = len(records) > 0
		l.mu.Unlock()
		if len(records) == 0 {
			return
		}
		if _, err := l.post(l.alive, records); err != nil {
			l.end(err)
			return
		}
	}
}

// post sends records on the link, or has one opened, and returns the answer.
func (l *httpLink) post(ctx context.Context, records []byte) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(records))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "application/octet-stream")
	if l.id != "" {
		q.Header.Set(protocol.HeaderLink, l.id)
	}
	answer, err := l.client.Do(q)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1024))
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusNoContent {
		return nil, fmt.Errorf("the server answered %s", answer.Status)
	}
	return text, nil
}

// sendHalf sends a POST whose body ends in the middle of a record. Whether it arrives is not in our hands.
func (l *httpLink) sendHalf() {
	ctx, cancel := context.WithTimeout(l.alive, time.Second)
	defer cancel()
	_, _ = l.post(ctx, protocol.AppendRecord(nil, protocol.RecordFrame, make([]byte, 100))[:10])
}

func (l *httpLink) cut() {
	l.end(errors.New("cut"))
	l.client.CloseIdleConnections()
}

func (l *httpLink) hangUp(code int) {
	ctx, cancel := context.WithTimeout(l.alive, time.Second)
	defer cancel()
	_, _ = l.post(ctx, protocol.AppendRecord(nil, protocol.RecordClose, protocol.ClosePayload(protocol.CloseCode(code))))
}
