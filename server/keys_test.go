package server_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session"
)

// locked lets nobody in.
type locked struct{}

func (locked) Authenticate(context.Context, []string) (session.Identity, error) {
	return session.Identity{}, errors.New("locked")
}

func TestTheAdminPageIsToldWhetherThereAreKeys(t *testing.T) {
	for want, cfg := range map[string]server.Config{
		"none\n": {Guests: true},
		"some\n": {Guests: true, Auth: locked{}},
	} {
		cfg.Kinds = []match.Kind{dots.Kind()}
		s, err := server.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		s.Handler().ServeHTTP(answer, httptest.NewRequest("GET", server.PathKeys, nil))
		if got := answer.Body.String(); answer.Code != 200 || got != want {
			t.Errorf("%d %q, want %q", answer.Code, got, want)
		}
	}
}
