package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	jwtlib "github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session/jwt"
)

var update = flag.Bool("update", false, "write the types of the games here anew")

// serve runs a server of these games for a test, and returns its address.
func serve(t *testing.T, kinds ...match.Kind) string {
	t.Helper()
	return serveTo(t, server.Config{Kinds: kinds, Guests: true})
}

// serveTo is serve with a say in who may connect.
func serveTo(t *testing.T, config server.Config) string {
	t.Helper()
	s, err := server.New(config)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(s.Handler())
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		front.Close()
	})
	return "ws" + strings.TrimPrefix(front.URL, "http") + server.PathSocket
}

// told runs the command, and returns its exit code and what it wrote to either side.
func told(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, func(string) (string, bool) { return "", false }, &o, &e)
	return code, o.String(), e.String()
}

func TestTheCommittedTypesAreWhatTheGamesTell(t *testing.T) {
	url := serve(t, arena.Kind(), dots.Kind())
	for _, game := range []string{"arena", "dots"} {
		committed := filepath.Join("..", "..", "games", game, game+".d.ts")
		made := filepath.Join(t.TempDir(), game+".d.ts")
		if code, _, complaint := told(t, "-url", url, "-game", game, "-o", made); code != 0 {
			t.Fatalf("%s: exit code %d: %s", game, code, complaint)
		}
		want, err := os.ReadFile(made)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(committed, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(committed)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: run go test ./cmd/gametypes -update", committed)
		}
	}
}

func TestEveryKindOfFieldHasItsType(t *testing.T) {
	got := game{name: "my-game.2", typeName: typeName("my-game.2"), tables: protocol.Schema{{Name: "some things", Fields: protocol.Fields{
		{Name: "on", Kind: protocol.FieldBool},
		{Name: "how-many", Kind: protocol.FieldInt, Min: -3, Max: 7},
		{Name: "x", Kind: protocol.FieldFixed, Min: 0, Max: 6, Offset: -0.3, Step: 0.1},
		{Name: "turn", Kind: protocol.FieldAngle, Bits: 8},
		{Name: "exact", Kind: protocol.FieldFloat32},
		{Name: `"text"`, Kind: protocol.FieldString, MaxBytes: 9},
		{Name: "spin", Kind: protocol.FieldQuat, Bits: 9},
		{Name: "up", Kind: protocol.FieldUnit, Bits: 9},
	}}}}.declaration()
	const want = `export interface MyGame2 {
  tables: {
    "some things": {
      on: boolean;
      /** A whole number, -3 to 7. */
      "how-many": number;
      /** -0.3 to 0.3 in steps of 0.1. */
      x: number;
      /** An angle in radians, of 8 bits. */
      turn: number;
      /** A float32. */
      exact: number;
      /** At most 9 bytes. */
      "\"text\"": string;
      /** A rotation. */
      spin: [x: number, y: number, z: number, w: number];
      /** A direction, of length 1. */
      up: [x: number, y: number, z: number];
    };
  };
  input: {
  };
}
`
	if _, body, _ := strings.Cut(got, "*/\n"); body != want {
		t.Errorf("got\n%s", body)
	}
}

func TestTypesAreNamedAfterTheirGames(t *testing.T) {
	for name, want := range map[string]string{"arena": "Arena", "my-game.2": "MyGame2", "2048": "Game2048", "a__b": "AB", "-": "Game"} {
		if got := typeName(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestAGameForTwoIsEntered(t *testing.T) {
	duel := dots.Kind()
	duel.Name, duel.MinPlayers = "duel", 2
	code, out, complaint := told(t, "-url", serve(t, duel), "-type", "Pair")
	if code != 0 || !strings.Contains(out, "export interface Pair {") {
		t.Errorf("exit code %d: %s%s", code, out, complaint)
	}
}

func TestAServerWithoutGuestsIsAskedWithTokens(t *testing.T) {
	secret := []byte("a secret for tests, of more than 32 bytes")
	keys, err := jwt.Secret(secret)
	if err != nil {
		t.Fatal(err)
	}
	users, err := jwt.New(jwt.Config{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	duel := dots.Kind()
	duel.Name, duel.MinPlayers = "duel", 2
	url := serveTo(t, server.Config{Kinds: []match.Kind{duel}, Auth: users})
	var file strings.Builder
	for _, user := range []string{"ada", "bob"} {
		claims := jwtlib.MapClaims{"sub": user, "exp": time.Now().Add(time.Hour).Unix()}
		token, err := jwtlib.NewWithClaims(jwtlib.SigningMethodHS256, claims).SignedString(secret)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&file, token)
	}
	both := filepath.Join(t.TempDir(), "tokens")
	one := filepath.Join(t.TempDir(), "token")
	first, _, _ := strings.Cut(file.String(), "\n")
	if err := errors.Join(os.WriteFile(both, []byte(file.String()), 0o600), os.WriteFile(one, []byte(first), 0o600)); err != nil {
		t.Fatal(err)
	}
	if code, out, complaint := told(t, "-url", url, "-token-file", both); code != 0 || !strings.Contains(out, "export interface Duel {") {
		t.Errorf("exit code %d: %s%s", code, out, complaint)
	}
	for name, args := range map[string][]string{
		"unauthorized": {"-url", url},
		"more players": {"-url", url, "-token-file", one},
		"no such file": {"-url", url, "-token-file", one + ".not"},
	} {
		if code, _, complaint := told(t, args...); code != 1 || !strings.Contains(complaint, name) {
			t.Errorf("%v: exit code %d, said %q", args, code, complaint)
		}
	}
}

func TestWhatCannotBeAskedIsSaid(t *testing.T) {
	url := serve(t, arena.Kind(), dots.Kind())
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-url", url}, 1, "-game is one of arena, dots"},
		{[]string{"-url", url, "-game", "chess"}, 1, `no game "chess", but arena, dots`},
		{[]string{"-url", url, "-game", "dots", "-type", "no type"}, 1, "-type"},
		{[]string{"-url", "ws://127.0.0.1:1/ws"}, 1, "127.0.0.1:1"},
		{[]string{"-gmae", "dots"}, 2, "gmae"},
	} {
		if code, out, complaint := told(t, tc.args...); code != tc.code || out != "" || !strings.Contains(complaint, tc.says) {
			t.Errorf("%v: exit code %d, said %q and %q", tc.args, code, out, complaint)
		}
	}
}
