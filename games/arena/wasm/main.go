// Command wasm is how a ship moves, for pages that predict it: package flight as a WebAssembly module. It is not run; the server embeds
// what cmd/wasmstep makes of it.
package main

import (
	"github.com/deltatick/deltatick/games/arena/flight"
	"github.com/deltatick/deltatick/match/step"
)

//go:generate go run ../../../cmd/wasmstep -o ../../../client-js/page/arena-step.wasm.gz .

func init() { step.Export(flight.Step) }

// main is never called: the module is a library, of which a page calls the exports of package step.
func main() {}
