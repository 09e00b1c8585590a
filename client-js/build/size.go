package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
)

// sizes are what pages load of the minified bundle, in bytes as gzip packs them. A part is its own file; what it imports is loaded at once.
type sizes struct {
	AtOnce int            // before the client can do anything: the file asked for and what it imports, directly or not
	Later  map[string]int // by module: what is loaded by need
}

// measure says how large the client in folder root is.
func measure(root string) (sizes, error) {
	files := map[string][]byte{}
	said, err := bundleOne(root, minified, files)
	if err != nil {
		return sizes{}, err
	}
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string
			Imports    []struct{ Path, Kind string }
		}
	}
	if err := json.Unmarshal([]byte(said), &meta); err != nil {
		return sizes{}, err
	}
	atOnce := []string{"dist/" + minified}
	for at := 0; at < len(atOnce); at++ {
		for _, imported := range meta.Outputs[atOnce[at]].Imports {
			if imported.Kind == "import-statement" && !slices.Contains(atOnce, imported.Path) {
				atOnce = append(atOnce, imported.Path)
			}
		}
	}
	size := sizes{Later: map[string]int{}}
	for path, output := range meta.Outputs {
		if strings.HasSuffix(path, ".map") {
			continue
		}
		packed := gzipped(files[filepath.Base(path)])
		if slices.Contains(atOnce, path) {
			size.AtOnce += packed
		} else {
			size.Later[strings.TrimPrefix(output.EntryPoint, "src/")] = packed
		}
	}
	return size, nil
}

// gzipped is the size of data as servers send it.
func gzipped(data []byte) int {
	var out bytes.Buffer
	// Neither can fail: the level is a valid one, and memory takes every write.
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Len()
}
