package hosting_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// wire carries requests to a handler of the same process without a socket, so that time can be virtual.
type wire struct {
	handler http.Handler
	away    atomic.Bool  // requests fail at once
	silent  atomic.Bool  // requests are taken and never answered
	waiting atomic.Int32 // requests that are not answered yet
}

var errAway = errors.New("connection refused")

func (w *wire) RoundTrip(q *http.Request) (*http.Response, error) {
	if w.away.Load() {
		return nil, errAway
	}
	if w.silent.Load() {
		w.waiting.Add(1)
		defer w.waiting.Add(-1)
		<-q.Context().Done()
		return nil, q.Context().Err()
	}
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	inside, cancel := context.WithCancel(q.Context())
	q = q.Clone(inside)
	q.Body = io.NopCloser(bytes.NewReader(body))
	from, to := io.Pipe()
	answer := &wireAnswer{to: to, header: http.Header{}, begun: make(chan int, 1)}
	go func() {
		w.handler.ServeHTTP(answer, q)
		answer.Flush()
		_ = to.Close()
	}()
	context.AfterFunc(inside, func() { _ = from.CloseWithError(context.Canceled) })
	select {
	case status := <-answer.begun:
		return &http.Response{StatusCode: status, Header: answer.header, Body: wireBody{from, cancel}, Request: q}, nil
	case <-inside.Done():
		cancel()
		return nil, q.Context().Err()
	}
}

// wireBody ends the handler when it is closed.
type wireBody struct {
	io.Reader
	cancel context.CancelFunc
}

func (b wireBody) Close() error {
	b.cancel()
	return nil
}

// wireAnswer is the handler's end.
type wireAnswer struct {
	to     *io.PipeWriter
	header http.Header
	status int
	begun  chan int
	sent   bool
	held   bytes.Buffer // until Flush
}

func (a *wireAnswer) Header() http.Header         { return a.header }
func (a *wireAnswer) WriteHeader(status int)      { a.status = status }
func (a *wireAnswer) Write(p []byte) (int, error) { return a.held.Write(p) }

func (a *wireAnswer) Flush() {
	if !a.sent {
		a.sent = true
		if a.status == 0 {
			a.status = http.StatusOK
		}
		a.begun <- a.status
	}
	_, _ = a.to.Write(a.held.Bytes()) // whoever does not read any more has gone
	a.held.Reset()
}
