package guides_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// within bounds the wait for a process or a bot.
const within = 60 * time.Second

// Built as the guide says: in a module of its own, somewhere else, with a replace.
func TestTheGameOfTheGuideIsPlayedInAModuleOfItsOwn(t *testing.T) {
	program := build(t)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), within) // the test's ends before its cleanups
	t.Cleanup(cancel)
	url := serve(t, ctx, program)
	ann, bob := enter(t, ctx, url, "Ann"), enter(t, ctx, url, "Bob")
	if ann.room.Match != bob.room.Match || ann.room.Seat == bob.room.Seat {
		t.Fatalf("Ann is in seat %d of %s, Bob in seat %d of %s", ann.room.Seat, ann.room.Match, bob.room.Seat, bob.room.Match)
	}
	if winner := ann.collects(t, ctx); winner != "Ann" {
		t.Errorf("%q won", winner)
	}
}

// build makes the finished program and returns its path.
func build(t *testing.T) string {
	t.Helper()
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("coins/finished")); err != nil {
		t.Fatal(err)
	}
	const ours = "github.com/deltatick/deltatick"
	for _, args := range [][]string{
		{"mod", "init", "example.com/coins"},
		{"mod", "edit", "-replace", ours + "=" + repo, "-require", ours + "@v0.0.0"},
		{"build", "-o", "coins.bin", "."},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off", "GOSUMDB=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
	}
	return filepath.Join(dir, "coins.bin")
}

var address = regexp.MustCompile(`open http://([^/\s]+)/\?name=Ann`)

// serve runs a program until the test is over, and returns where its socket is.
func serve(t *testing.T, ctx context.Context, program string) (url string) {
	t.Helper()
	cmd := exec.CommandContext(ctx, program, "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("after Ctrl-C: %v", err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	found := address.FindStringSubmatch(line)
	if found == nil {
		t.Fatalf("it said %q: %v", line, err)
	}
	return "ws://" + found[1] + "/ws"
}

// bot is a player of coins.
type bot struct {
	*client.Client
	room *client.Room
}

// enter does what the guide's page does: joins the first lobby with a place, or creates and starts one.
func enter(t *testing.T, ctx context.Context, url, name string) bot {
	t.Helper()
	c, err := client.New(client.Config{URL: url, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() {
		_ = c.Bye(ctx)
		<-ended
	})
	open, err := c.Lobby().List(ctx)
	if err == nil && len(open) > 0 {
		_, err = c.Lobby().Join(ctx, open[0].ID, false)
	} else if err == nil {
		if _, err = c.Lobby().Create(ctx, client.NewLobby{Game: "coins"}); err == nil {
			err = c.Lobby().Start(ctx)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	room, err := c.NextRoom(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	return bot{c, room}
}

// own is the row of the bot's player in a view, -1 while it is not there.
func (b bot) own(v *client.View) int {
	players := b.room.Table("players")
	seat := players.Column("seat")
	for row := range players.Len(v) {
		if seat.Int(v, row) == b.room.Seat {
			return row
		}
	}
	return -1
}

// collects goes after the coin until the match ends, and returns who won.
func (b bot) collects(t *testing.T, ctx context.Context) (winner string) {
	t.Helper()
	players, coins := b.room.Table("players"), b.room.Table("coins")
	axes := []struct {
		from, to client.Column
		key      client.Control
	}{
		{players.Column("x"), coins.Column("x"), b.room.Input("right")},
		{players.Column("y"), coins.Column("y"), b.room.Input("down")},
	}
	_ = b.room.Play(ctx, func(v *client.View, in *client.Input) {
		own := b.own(v)
		if own < 0 || coins.Len(v) == 0 {
			return
		}
		for _, axis := range axes {
			in.Set(axis.key, (axis.to.Float(v, 0)-axis.from.Float(v, own))/4) // cut to -1 and 1
		}
	})
	var exit *client.Exit
	if !errors.As(b.room.Err(), &exit) {
		t.Fatalf("the match did not end: %v", b.room.Err())
	}
	var result struct {
		Winner string `msgpack:"winner"`
	}
	if err := protocol.Decode(exit.Result, &result); err != nil {
		t.Fatal(err)
	}
	return result.Winner
}
