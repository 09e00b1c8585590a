// Command matchserver is a dedicated match server: a node that runs matches for the lobbies of others (docs/cluster.md).
package main

import "github.com/deltatick/deltatick/cmd/internal/serve"

// version is set by the linker: go build -ldflags "-X main.version=v1.2.3".
var version = "development"

const intro = `
deltatick match server: runs matches for the lobbies of other nodes, which find it through Redis.

It lets in who has a seat ticket of the service, and nobody else. SIGTERM or Ctrl-C drains it: its matches go on at
other nodes. A second one ends it at once.`

func main() {
	serve.Program{Name: "matchserver", Intro: intro, Version: version, NoLobbies: true}.Main()
}
