// Command server runs deltatick: the page, lobbies and matches, in one process with no other service; or, with -redis, as one of several nodes.
package main

import "github.com/deltatick/deltatick/cmd/internal/serve"

// version is set by the linker: go build -ldflags "-X main.version=v1.2.3".
var version = "development"

const intro = `
deltatick server: lobbies and 60 Hz matches over WebSocket, and a page to play them on.

With no flags it serves everything on :8080 and needs no other service. With -redis it is one of several nodes
(docs/cluster.md). SIGTERM or Ctrl-C drains it; a second one ends it at once.`

func main() {
	serve.Program{Name: "server", Intro: intro, Version: version}.Main()
}
