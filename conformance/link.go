package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/deltatick/deltatick/protocol"
)

// link is the wire of a link over plain HTTP.
type link struct {
	client *http.Client
	url    string
	id     string
	mode   string
	ctx    context.Context
	stop   context.CancelFunc

	// Of the goroutine that receives.
	body io.ReadCloser
	rest []byte
}

func dialLink(dial, life context.Context, url string, over Over) (*link, error) {
	l := &link{client: &http.Client{Transport: &http.Transport{DisableCompression: true}}, url: httpURL(url), mode: protocol.DownStream}
	if over == Poll {
		l.mode = protocol.DownPoll
	}
	l.ctx, l.stop = context.WithCancel(life)
	status, body, err := l.ask(dial, http.MethodPost, nil)
	if err == nil && status != http.StatusCreated {
		err = fmt.Errorf("a link was answered with %d", status)
	}
	if err != nil {
		l.cut()
		return nil, err
	}
	l.id = string(body)
	return l, nil
}

// httpURL is the address of links: that of WebSockets with another scheme.
func httpURL(url string) string { return "http" + strings.TrimPrefix(url, "ws") }

// ask makes a request about the link and reads the whole answer.
func (l *link) ask(ctx context.Context, method string, body []byte, header ...string) (status int, answer []byte, err error) {
	if l.id != "" {
		header = append(header, protocol.HeaderLink, l.id)
	}
	return ask(ctx, l.client, method, l.url, body, header...)
}

func ask(ctx context.Context, client *http.Client, method, url string, body []byte, header ...string) (status int, answer []byte, err error) {
	q, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(q)
	if err != nil {
		return 0, nil, err
	}
	answer, err = io.ReadAll(io.LimitReader(resp.Body, protocol.MaxServerFrame))
	return resp.StatusCode, answer, errors.Join(err, resp.Body.Close())
}

func (l *link) send(frames ...[]byte) error {
	var records []byte
	for _, frame := range frames {
		records = protocol.AppendRecord(records, protocol.RecordFrame, frame)
	}
	status, answer, err := l.ask(l.ctx, http.MethodPost, records)
	if err == nil && status != http.StatusNoContent {
		err = fmt.Errorf("a POST was answered with %d: %s", status, answer)
	}
	return err
}

func (l *link) receive() ([]byte, error) {
	for {
		kind, payload, rest, _, ok := protocol.CutRecord(l.rest)
		if !ok {
			if err := l.more(); err != nil {
				return nil, err
			}
			continue
		}
		l.rest = rest
		switch kind {
		case protocol.RecordFrame:
			return bytes.Clone(payload), nil
		case protocol.RecordClose:
			closed, err := protocol.ReadClose(payload)
			if err != nil {
				return nil, err
			}
			return nil, closed
		}
	}
}

// more reads on, in the present answer or the next.
func (l *link) more() error {
	if l.body == nil {
		q, err := http.NewRequestWithContext(l.ctx, http.MethodGet, l.url, nil)
		if err != nil {
			return err
		}
		q.Header.Set(protocol.HeaderLink, l.id)
		q.Header.Set(protocol.HeaderDown, l.mode)
		resp, err := l.client.Do(q)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			_ = resp.Body.Close()
			return fmt.Errorf("a GET was answered with %d", resp.StatusCode)
		}
		l.body = resp.Body
	}
	chunk := make([]byte, 4096)
	n, err := l.body.Read(chunk)
	l.rest = append(bytes.Clone(l.rest), chunk[:n]...)
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

func (l *link) cut() {
	l.stop()
	l.client.CloseIdleConnections()
}
