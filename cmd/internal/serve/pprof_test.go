package serve

import (
	"net/http"
	"testing"
)

func TestProfilesAreServedWhereAskedAndUntilStopped(t *testing.T) {
	bound, stop, err := profiles("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + bound.String() + "/debug/pprof/"
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}
	stop()
	if resp, err := http.Get(url); err == nil {
		_ = resp.Body.Close()
		t.Error("served after stop")
	}
}
