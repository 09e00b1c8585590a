// Command wasmstep builds a game's step for pages: a main package that calls step.Export (package match/step) as a WebAssembly module,
// gzipped when the file's name ends in .gz, which is how a server embeds it.
//
//	go run ./cmd/wasmstep -o client-js/page/arena-step.wasm.gz ./games/arena/wasm
//
// It runs the go command that is in the path. The same sources and the same version of Go make the same bytes on every machine.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	out := flag.String("o", "step.wasm", "file to write; compressed if it ends in .gz")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: wasmstep [-o file.wasm[.gz]] package")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, "wasmstep:", err)
		os.Exit(1)
	}
}

func run(pkg, out string) error {
	module, err := build(".", pkg)
	if err != nil {
		return err
	}
	packed := compressed(module)
	fmt.Printf("%s: %d bytes, %d gzipped\n", out, len(module), len(packed))
	if strings.HasSuffix(out, ".gz") {
		module = packed
	}
	return os.WriteFile(out, module, 0o644)
}
