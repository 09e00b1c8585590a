package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// names of the bundles; minified is the one a server hands out.
const (
	plain    = "deltatick.mjs"
	minified = "deltatick.min.mjs"
)

// banner is all the licence that the bundles need: they hold nobody else's code.
const banner = "/*! deltatick client, Apache-2.0. */"

// bundle makes all files of dist from the client in folder root, by name, without writing any: the plain bundle in one file, the
// minified one in several, of which a page loads the later ones when it needs them.
func bundle(root string) (files map[string][]byte, err error) {
	files = map[string][]byte{}
	for name, minify := range map[string]bool{plain: false, minified: true} {
		if _, err := bundleOne(root, name, minify, files); err != nil {
			return nil, err
		}
	}
	return files, bundleConditions(root, files)
}

// bundleOne adds a bundle's files to files, and returns what esbuild says of them.
func bundleOne(root, name string, minify bool, files map[string][]byte) (metafile string, err error) {
	folder, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	stem := strings.TrimSuffix(name, ".mjs")
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:       folder,
		EntryPointsAdvanced: []api.EntryPoint{{InputPath: "src/index.js", OutputPath: stem}},
		Outdir:              "dist",
		OutExtension:        map[string]string{".js": ".mjs"},
		ChunkNames:          stem + ".[name]-[hash]",
		Bundle:              true,
		Splitting:           minify,
		Format:              api.FormatESModule,
		Target:              api.ES2022,
		MinifyWhitespace:    minify,
		MinifyIdentifiers:   minify,
		MinifySyntax:        minify,
		Sourcemap:           api.SourceMapLinked,
		Metafile:            true,
		Banner:              map[string]string{"js": banner},
		LogLevel:            api.LogLevelSilent,
	})
	var failures []error
	for _, message := range append(result.Errors, result.Warnings...) {
		failures = append(failures, errors.New(message.Text))
	}
	for _, file := range result.OutputFiles {
		files[filepath.Base(file.Path)] = file.Contents
	}
	return result.Metafile, errors.Join(failures...)
}

// atOnce names the files of the minified bundle that a page loads before the client can do anything: the one that it asks for, and
// what that one imports, directly or not.
func atOnce(root string) (names []string, err error) {
	said, err := bundleOne(root, minified, true, map[string][]byte{})
	if err != nil {
		return nil, err
	}
	var meta struct {
		Outputs map[string]struct {
			Imports []struct{ Path, Kind string }
		}
	}
	if err := json.Unmarshal([]byte(said), &meta); err != nil {
		return nil, err
	}
	waiting := []string{"dist/" + minified}
	for len(waiting) > 0 {
		file := waiting[0]
		waiting = waiting[1:]
		if slices.Contains(names, filepath.Base(file)) {
			continue
		}
		names = append(names, filepath.Base(file))
		for _, imported := range meta.Outputs[file].Imports {
			if imported.Kind == "import-statement" {
				waiting = append(waiting, imported.Path)
			}
		}
	}
	return names, nil
}

// isMinified says whether a file of dist is code of the minified bundle.
func isMinified(name string) bool {
	return strings.HasPrefix(name, strings.TrimSuffix(minified, "mjs")) && strings.HasSuffix(name, ".mjs")
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
