package hosting

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// maxAnswer bounds what is read of one answer, and of one line of a stream, in bytes: a list of 1,000 players, and more than a gameserver has.
const maxAnswer = 1 << 20

// gateway speaks to the REST gateway of an Agones sidecar.
type gateway struct {
	base   string // URL without a path
	client *http.Client
}

// call sends a JSON object and reads the answer into reply, unless that is nil.
func (g *gateway) call(ctx context.Context, method, path string, body, reply any) error {
	answer, err := g.open(ctx, method, path, body)
	if err != nil {
		return err
	}
	// It is read to the end, so that the connection is used again.
	defer func() { _ = answer.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if reply == nil {
		return nil
	}
	if err := json.Unmarshal(text, reply); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// open sends a request and returns the body of a good answer. Whatever is wrong is an error alike: the gateway answers with status 500 to an
// unknown counter, too, and so the status tells nothing that one could act on.
func (g *gateway) open(ctx context.Context, method, path string, body any) (io.ReadCloser, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	q, err := http.NewRequestWithContext(ctx, method, g.base+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "application/json")
	answer, err := g.client.Do(q)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		defer func() { _ = answer.Body.Close() }()
		why, _ := io.ReadAll(io.LimitReader(answer.Body, 200)) // for a person to read, if it is there
		return nil, fmt.Errorf("%s %s: status %d: %q", method, path, answer.StatusCode, why)
	}
	return answer.Body, nil
}

// stream calls each for every line that the gateway sends, until it sends no more, ctx ends, or a line is no JSON or too long.
func (g *gateway) stream(ctx context.Context, path string, each func(line []byte) error) error {
	body, err := g.open(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		if err := each(lines.Bytes()); err != nil {
			return fmt.Errorf("GET %s: %w", path, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return fmt.Errorf("GET %s: %w", path, io.ErrUnexpectedEOF)
}
