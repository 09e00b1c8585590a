package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(".."); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

// run writes dist anew and says how large the client is.
func run(root string) error {
	files, err := bundle(root)
	if err != nil {
		return err
	}
	dist := filepath.Join(root, "dist")
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dist, name), content, 0o644); err != nil {
			return err
		}
	}
	size, err := measure(root)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes gzipped at once\n", minified, size.AtOnce)
	for _, module := range later {
		fmt.Printf("  %s: %d when needed\n", module, size.Later[module])
	}
	fmt.Printf("%s: %d\n", classic, gzipped(files[classic]))
	return nil
}
