package server_test

import (
	"testing"
	"testing/fstest"

	"github.com/deltatick/deltatick/server"
)

func TestPagesOfOnesOwnComeBeforeTheDemoAndHideNothingElse(t *testing.T) {
	pages := fstest.MapFS{}
	for _, name := range []string{"index.html", "about.html", "art/ship.png", "help/index.html", "ws", "readyz", "metrics"} {
		pages[name] = &fstest.MapFile{Data: []byte("mine: " + name)}
	}
	bubble(t, server.Config{Pages: pages}, func(h *house) {
		for path, want := range map[string]string{
			"/": "mine: index.html", "/about.html": "mine: about.html", "/art/ship.png": "mine: art/ship.png", "/help/": "mine: help/index.html",
			"/readyz": "ready\n", "/healthz": "ok\n",
		} {
			resp := h.get(path)
			if got := body(resp); resp.StatusCode != 200 || got != want {
				t.Errorf("%s: %d %q", path, resp.StatusCode, got)
			}
		}
		for _, path := range []string{"/client.mjs", "/metrics"} {
			if resp := h.get(path); resp.StatusCode != 200 {
				t.Errorf("%s: %d", path, resp.StatusCode)
			}
		}
		if icon := h.get("/favicon.ico"); icon.StatusCode != 200 || icon.Header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("a page without an icon gets %d %s", icon.StatusCode, icon.Header.Get("Content-Type"))
		}
		for _, path := range []string{"/art/", "/art", "/nothing", "/../go.mod"} {
			if resp := h.get(path); resp.StatusCode == 200 {
				t.Errorf("%s: %q", path, body(resp))
			}
		}
		if kept := h.get("/").Header.Get("Cache-Control"); kept != "no-cache" {
			t.Errorf("a page is kept: %s", kept)
		}
		ada := h.guest("ada") // the socket is no file
		ada.hostAny()
	})
}
