package httplink_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/httplink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quiet is a house that does nothing but answer.
type quiet struct{ session.Handler }

func (quiet) Connected(*session.Session, bool) {}
func (quiet) Disconnected(*session.Session)    {}
func (quiet) Expired(*session.Session)         {}
func (quiet) Request(_ *session.Session, q protocol.Request) (any, error) {
	return q.Payload, nil
}

// site is a server with nothing but links.
type site struct {
	*testing.T
	hub     *session.Hub
	handler *httplink.Handler
	http    *httptest.Server
}

func newSite(t *testing.T, change func(*session.Config, *httplink.Config)) *site {
	t.Helper()
	hubCfg := session.Config{Auth: session.Guest{}, Handler: quiet{}, CloseTimeout: 100 * time.Millisecond, ShutdownSpread: time.Millisecond}
	cfg := httplink.Config{PollWait: 50 * time.Millisecond}
	if change != nil {
		change(&hubCfg, &cfg)
	}
	hub, err := session.NewHub(hubCfg)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Hub = hub
	handler, err := httplink.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, hub: hub, handler: handler, http: httptest.NewServer(handler)}
	t.Cleanup(func() {
		if err := hub.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if n := handler.Links(); n != 0 {
			t.Errorf("%d links are left", n)
		}
		s.http.CloseClientConnections()
		s.http.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

// ask makes a request and reads all of the answer.
func (s *site) ask(ctx context.Context, method string, body []byte, header ...string) (status int, answer []byte) {
	s.Helper()
	q, err := http.NewRequestWithContext(ctx, method, s.http.URL, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		if ctx.Err() != nil {
			return 0, nil
		}
		s.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(resp.Body)
	if err != nil && ctx.Err() == nil {
		s.Fatal(err)
	}
	return resp.StatusCode, answer
}

func (s *site) want(status int, method string, body []byte, header ...string) []byte {
	s.Helper()
	got, answer := s.ask(context.Background(), method, body, header...)
	if got != status {
		s.Fatalf("%s %v: status %d, want %d: %s", method, header, got, status, answer)
	}
	return answer
}

func frame(v any) []byte {
	return protocol.AppendRecord(nil, protocol.RecordFrame, protocol.MustEncode(v))
}

func hello() []byte {
	return frame(&protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Client: "test", Codecs: []string{protocol.CodecMP}, Auth: []string{"guest", "ann"},
	})
}

func (s *site) open() (id string) {
	s.Helper()
	return string(s.want(http.StatusCreated, http.MethodPost, hello()))
}

func (s *site) poll(id string) (kinds []protocol.RecordKind, payloads [][]byte) {
	s.Helper()
	rest := s.want(http.StatusOK, http.MethodGet, nil, protocol.HeaderLink, id, protocol.HeaderDown, protocol.DownPoll)
	for len(rest) > 0 {
		kind, payload, after, _, ok := protocol.CutRecord(rest)
		if !ok {
			s.Fatal("half a record came")
		}
		kinds, payloads, rest = append(kinds, kind), append(payloads, payload), after
	}
	return kinds, payloads
}

func TestALinkOpensWithAHelloAndIsPolledForTheWelcome(t *testing.T) {
	s := newSite(t, nil)
	id := s.open()
	kinds, payloads := s.poll(id)
	if len(kinds) != 1 || kinds[0] != protocol.RecordFrame {
		t.Fatalf("records %v came", kinds)
	}
	if kind, _ := protocol.PeekKind(payloads[0]); kind != protocol.KindWelcome {
		t.Errorf("a %v came", kind)
	}
	if kinds, _ := s.poll(id); len(kinds) != 0 {
		t.Errorf("a poll with nothing to fetch got %v", kinds)
	}
}

func TestWhatIsNotUnderstoodIsRefusedWithItsReason(t *testing.T) {
	s := newSite(t, func(h *session.Config, c *httplink.Config) { c.Origins = []string{"game.example"} })
	id := s.open()
	link := []string{protocol.HeaderLink, id}
	with := func(more ...string) []string { return append(append([]string{}, link...), more...) }
	for name, c := range map[string]struct {
		status int
		method string
		body   []byte
		header []string
	}{
		"a GET without a link":        {400, http.MethodGet, nil, nil},
		"a GET of neither kind":       {400, http.MethodGet, nil, link},
		"a link that is not there":    {404, http.MethodGet, nil, []string{protocol.HeaderLink, "x", protocol.HeaderDown, protocol.DownPoll}},
		"a POST to one":               {404, http.MethodPost, nil, []string{protocol.HeaderLink, "x"}},
		"another method":              {405, http.MethodDelete, nil, link},
		"a foreign origin":            {403, http.MethodPost, hello(), []string{"Origin", "https://evil.example"}},
		"a foreign origin's question": {403, http.MethodOptions, nil, []string{"Origin", "https://evil.example"}},
		"more than a hello":           {413, http.MethodPost, make([]byte, protocol.MaxHelloFrame+5), nil},
		"too much":                    {413, http.MethodPost, make([]byte, protocol.MaxUp+1), link},
		"an allowed origin's poll":    {200, http.MethodGet, nil, with(protocol.HeaderDown, protocol.DownPoll, "Origin", "https://game.example")},
	} {
		t.Run(name, func(t *testing.T) {
			s := &site{T: t, hub: s.hub, handler: s.handler, http: s.http}
			s.want(c.status, c.method, c.body, c.header...)
		})
	}
	if s.handler.Refused.Load() == 0 || s.handler.Unknown.Load() != 2 {
		t.Errorf("counted %d refused, %d unknown", s.handler.Refused.Load(), s.handler.Unknown.Load())
	}
}

func TestHalfARecordCostsTheLink(t *testing.T) {
	s := newSite(t, nil)
	id := s.open()
	whole := frame(&protocol.Ping{Kind: protocol.KindPing, Time: 1})
	s.want(http.StatusBadRequest, http.MethodPost, whole[:len(whole)-1], protocol.HeaderLink, id)
	s.want(http.StatusNotFound, http.MethodPost, whole, protocol.HeaderLink, id)
}

func TestOfTwoGETsOneIsOutOfTurnAndTheOtherBrokenOffCostsTheLink(t *testing.T) {
	s := newSite(t, func(_ *session.Config, c *httplink.Config) { c.PollWait = time.Minute })
	id := s.open()
	s.poll(id) // the welcome
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	statuses := make(chan int, 2)
	for range 2 {
		go func() {
			status, _ := s.ask(ctx, http.MethodGet, nil, protocol.HeaderLink, id, protocol.HeaderDown, protocol.DownPoll)
			statuses <- status
		}()
	}
	if status := <-statuses; status != http.StatusConflict {
		t.Errorf("the first to be answered got %d", status)
	}
	if s.handler.Links() != 1 {
		t.Error("that cost the link")
	}
	cancel()
	<-statuses
	for s.handler.Links() > 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestTheCloseCodeComesAsARecordAndEndsTheStream(t *testing.T) {
	s := newSite(t, nil)
	id := s.open()
	answered := make(chan []byte)
	go func() {
		_, answer := s.ask(context.Background(), http.MethodGet, nil, protocol.HeaderLink, id, protocol.HeaderDown, protocol.DownStream)
		answered <- answer
	}()
	s.want(http.StatusNoContent, http.MethodPost, frame([]any{"not a frame"}), protocol.HeaderLink, id)
	var last protocol.RecordKind
	var text []byte
	for rest := <-answered; len(rest) > 0; {
		last, text, rest, _, _ = protocol.CutRecord(rest)
	}
	if last != protocol.RecordClose {
		t.Fatalf("the stream ended with a record of kind %d", last)
	}
	closed, err := protocol.ReadClose(text)
	if err != nil || closed.Code != protocol.CloseMalformed {
		t.Errorf("closed with %+v, %v", closed, err)
	}
}

func TestAMessageOverTheLimitClosesWithItsOwnCode(t *testing.T) {
	s := newSite(t, nil)
	id := s.open()
	s.poll(id)
	s.want(http.StatusNoContent, http.MethodPost, protocol.AppendRecord(nil, protocol.RecordFrame, make([]byte, protocol.MaxClientFrame+1)), protocol.HeaderLink, id)
	kinds, payloads := s.poll(id)
	if len(kinds) == 0 || kinds[len(kinds)-1] != protocol.RecordClose {
		t.Fatalf("records %v came", kinds)
	}
	if closed, _ := protocol.ReadClose(payloads[len(payloads)-1]); closed.Code != protocol.CloseTooBig {
		t.Errorf("closed with %d", closed.Code)
	}
}

func TestPingsAreAnsweredAndUnknownRecordsSkipped(t *testing.T) {
	s := newSite(t, nil)
	id := s.open()
	s.poll(id)
	up := protocol.AppendRecord(nil, 77, []byte("?"))
	s.want(http.StatusNoContent, http.MethodPost, protocol.AppendRecord(up, protocol.RecordPing, []byte("life")), protocol.HeaderLink, id)
	kinds, payloads := s.poll(id)
	if len(kinds) != 1 || kinds[0] != protocol.RecordPong || string(payloads[0]) != "life" {
		t.Errorf("records %v %q came", kinds, payloads)
	}
}

func TestALinkWithoutAHelloIsClosedInTime(t *testing.T) {
	s := newSite(t, func(h *session.Config, _ *httplink.Config) { h.HelloTimeout = 20 * time.Millisecond })
	s.want(http.StatusCreated, http.MethodPost, nil)
	for s.handler.Links() > 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestALinkFromWhichNothingIsFetchedIsLost(t *testing.T) {
	s := newSite(t, func(_ *session.Config, c *httplink.Config) { c.FetchTimeout = 30 * time.Millisecond })
	s.poll(s.open())
	for s.handler.Links() > 0 {
		time.Sleep(time.Millisecond)
	}
}

func TestABodyThatTricklesIsGivenUp(t *testing.T) {
	s := newSite(t, func(_ *session.Config, c *httplink.Config) { c.BodyTimeout = 50 * time.Millisecond })
	body, trickle := io.Pipe()
	defer func() { _ = trickle.Close() }()
	resp, err := http.Post(s.http.URL, "application/octet-stream", body)
	if err == nil {
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("status %d", resp.StatusCode)
		}
	} else if !strings.Contains(err.Error(), "EOF") && !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "closed") {
		t.Error(err)
	}
	if n := s.handler.Links(); n != 0 {
		t.Errorf("%d links were opened", n)
	}
}

func TestAPageOfAnAllowedOriginMayReadTheAnswer(t *testing.T) {
	s := newSite(t, func(_ *session.Config, c *httplink.Config) { c.Origins = []string{"game.example"} })
	q, err := http.NewRequest(http.MethodOptions, s.http.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Origin", "https://game.example")
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := resp.Header.Get("Access-Control-Allow-Origin"); got != "https://game.example" {
		t.Errorf("allowed origin %q", got)
	}
	if got := resp.Header.Get("Access-Control-Allow-Headers"); !strings.Contains(got, protocol.HeaderLink) {
		t.Errorf("allowed headers %q", got)
	}
}

func TestAHubThatIsClosedTakesNoLink(t *testing.T) {
	s := newSite(t, nil)
	if err := s.hub.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.want(http.StatusServiceUnavailable, http.MethodPost, hello())
}
