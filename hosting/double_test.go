package hosting_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// sidecar is a double of the REST gateway of an Agones sidecar (sdk-server 1.57). Of what that does it keeps what one can get wrong:
//
//   - int64 travels as JSON strings;
//   - everything that is refused is status 500 with the gRPC code 2, also a counter that is not there;
//   - a counter's update has one field; a count above the capacity is refused, a capacity below the count cuts it;
//   - a list's update changes its capacity, at most 1000, and never its values; a value that is there cannot be added;
//   - labels that are set through it get a prefix;
//   - the stream begins with the gameserver as it is, and has a line for each change.
type sidecar struct {
	mu       sync.Mutex
	state    string
	calls    []string // "POST /ready", in order, but for /health, the stream and what is only read
	healths  int
	counters map[string]*doubleCounter
	lists    map[string]*doubleList
	labels   map[string]string
	notes    map[string]string // annotations
	changed  chan struct{}     // closed and replaced at every change of what the stream shows
	streams  int               // that were opened
	cut      chan struct{}     // closed and replaced to end all streams
	line     string            // sent in place of the gameserver, if it is not ""
}

type doubleCounter struct{ count, capacity int64 }

type doubleList struct {
	capacity int64
	values   []string
}

func newSidecar() *sidecar {
	return &sidecar{
		state:    "Scheduled",
		counters: map[string]*doubleCounter{"rooms": {0, 10}},
		lists:    map[string]*doubleList{"players": {10, nil}},
		labels:   map[string]string{}, notes: map[string]string{}, changed: make(chan struct{}), cut: make(chan struct{}),
	}
}

// change does something to the gameserver, as others in the cluster may, and shows it to all streams.
func (s *sidecar) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	close(s.changed)
	s.changed = make(chan struct{})
}

// cutStreams ends all streams.
func (s *sidecar) cutStreams() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.cut)
	s.cut = make(chan struct{})
}

// look reads something under the lock.
func look[T any](s *sidecar, read func() T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return read()
}

func (s *sidecar) said() []string {
	return look(s, func() []string { return slices.Clone(s.calls) })
}

func (s *sidecar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/watch/gameserver" {
		s.stream(w, r)
		return
	}
	var body map[string]any
	if r.Method != http.MethodGet {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			refuse(w, "no JSON")
			return
		}
	}
	reply, err := any(map[string]any{}), error(nil)
	s.change(func() {
		if r.Method != http.MethodGet && r.URL.Path != "/health" {
			s.calls = append(s.calls, r.Method+" "+r.URL.Path+describe(body))
		}
		reply, err = s.do(r.Method, r.URL.Path, body)
	})
	if err != nil {
		refuse(w, err.Error())
		return
	}
	_ = json.NewEncoder(w).Encode(reply)
}

// describe is a call's body in the list of calls: " {}" is left out.
func describe(body map[string]any) string {
	text := ""
	for _, key := range slices.Sorted(maps.Keys(body)) {
		text += fmt.Sprintf(" %s=%v", key, body[key])
	}
	return text
}

func refuse(w http.ResponseWriter, why string) {
	w.WriteHeader(http.StatusInternalServerError)
	_ = json.NewEncoder(w).Encode(map[string]any{"code": 2, "message": why})
}

func (s *sidecar) do(method, path string, body map[string]any) (any, error) {
	states := map[string]string{"/ready": "Ready", "/allocate": "Allocated", "/shutdown": "Shutdown"}
	switch {
	case method == http.MethodPost && states[path] != "":
		s.state = states[path]
	case method == http.MethodPost && path == "/health":
		s.healths++
	case method == http.MethodPut && path == "/metadata/label":
		s.labels["agones.dev/sdk-"+body["key"].(string)] = body["value"].(string)
	case strings.HasPrefix(path, "/v1beta1/counters/"):
		return s.counter(method, strings.TrimPrefix(path, "/v1beta1/counters/"), body)
	case strings.HasPrefix(path, "/v1beta1/lists/"):
		name, action, _ := strings.Cut(strings.TrimPrefix(path, "/v1beta1/lists/"), ":")
		return s.list(method, name, action, body)
	default:
		return nil, fmt.Errorf("no such call: %s %s", method, path)
	}
	return map[string]any{}, nil
}

// number is an int64 of a body.
func number(v any) (int64, error) {
	text, ok := v.(string)
	if !ok {
		return 0, fmt.Errorf("%v is no string", v)
	}
	return strconv.ParseInt(text, 10, 64)
}

func (s *sidecar) counter(method, name string, body map[string]any) (any, error) {
	c := s.counters[name]
	switch {
	case c == nil:
		return nil, fmt.Errorf("counter not found: %s", name)
	case method != http.MethodPatch || len(body) != 1:
		return nil, fmt.Errorf("malformed CounterUpdateRequest: %v", body)
	}
	for field, v := range body {
		n, err := number(v)
		switch {
		case err != nil:
			return nil, err
		case field == "capacity" && n >= 0:
			c.capacity, c.count = n, min(c.count, n)
		case field == "count" && n >= 0 && n <= c.capacity:
			c.count = n
		default:
			return nil, fmt.Errorf("out of range: %v of %+v", body, *c)
		}
	}
	return map[string]string{"name": name, "count": fmt.Sprint(c.count), "capacity": fmt.Sprint(c.capacity)}, nil
}

func (s *sidecar) list(method, name, action string, body map[string]any) (any, error) {
	l := s.lists[name]
	if l == nil {
		return nil, fmt.Errorf("list not found: %s", name)
	}
	value, _ := body["value"].(string)
	at := slices.Index(l.values, value)
	switch {
	case method == http.MethodGet && action == "":
	case method == http.MethodPatch && action == "":
		n, err := number(body["capacity"])
		if err != nil || n < 0 || n > 1000 {
			return nil, fmt.Errorf("out of range. Capacity must be within range [0,1000]: %v", body)
		}
		l.capacity = n
		l.values = l.values[:min(len(l.values), int(n))]
	case method == http.MethodPost && action == "addValue" && at < 0 && int64(len(l.values)) < l.capacity:
		l.values = append(l.values, value)
	case method == http.MethodPost && action == "removeValue" && at >= 0:
		l.values = slices.Delete(l.values, at, at+1)
	default:
		return nil, fmt.Errorf("refused: %s %s %v of %+v", method, action, body, *l)
	}
	return map[string]any{"name": name, "capacity": fmt.Sprint(l.capacity), "values": l.values}, nil
}

// stream sends a line now, and one for each change.
func (s *sidecar) stream(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.streams++
	cut := s.cut
	s.mu.Unlock()
	for {
		s.mu.Lock()
		line := map[string]any{"result": map[string]any{
			"object_meta": map[string]any{"name": "gs", "generation": "1", "labels": maps.Clone(s.labels), "annotations": maps.Clone(s.notes)},
			"status":      map[string]any{"state": s.state},
		}}
		changed, other := s.changed, s.line
		s.mu.Unlock()
		var err error
		if other != "" {
			_, err = w.Write([]byte(other))
		} else {
			err = json.NewEncoder(w).Encode(line)
		}
		if err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-changed:
		case <-cut:
			return
		case <-r.Context().Done():
			return
		}
	}
}
