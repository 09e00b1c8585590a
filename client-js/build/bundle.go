package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// names of the bundles; minified is the one a server hands out.
const (
	plain    = "deltatick.mjs"
	minified = "deltatick.min.mjs"
	licence  = "LICENSE-msgpack.txt"
)

const banner = "/*! deltatick client, Apache-2.0. Holds @msgpack/msgpack, ISC licence: see " + licence + ". */"

// withoutExtensions leaves out msgpack's extension types, and with them its timestamps: the wire has none, and src/codec.js brings
// an extension codec of its own, so that the library's default is never asked for.
var withoutExtensions = api.Plugin{
	Name: "without-extensions",
	Setup: func(build api.PluginBuild) {
		nothing := "export const ExtensionCodec = {};"
		build.OnLoad(api.OnLoadOptions{Filter: `[/\\]@msgpack[/\\].*[/\\]ExtensionCodec\.mjs$`},
			func(api.OnLoadArgs) (api.OnLoadResult, error) { return api.OnLoadResult{Contents: &nothing}, nil })
	},
}

// bundle makes all files of dist from the client in folder root, by name, without writing any.
func bundle(root string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, minify := range map[string]bool{plain: false, minified: true} {
		if err := bundleOne(root, name, minify, files); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "node_modules", "@msgpack", "msgpack", "LICENSE"))
	if err != nil {
		return nil, fmt.Errorf("run npm ci first: %w", err)
	}
	files[licence] = text
	return files, nil
}

func bundleOne(root, name string, minify bool, files map[string][]byte) error {
	folder, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     folder,
		EntryPoints:       []string{"src/index.js"},
		Outfile:           filepath.Join("dist", name),
		Bundle:            true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		MinifyWhitespace:  minify,
		MinifyIdentifiers: minify,
		MinifySyntax:      minify,
		Sourcemap:         api.SourceMapLinked,
		Banner:            map[string]string{"js": banner},
		Plugins:           []api.Plugin{withoutExtensions},
		LogLevel:          api.LogLevelSilent,
	})
	var failures []error
	for _, message := range append(result.Errors, result.Warnings...) {
		failures = append(failures, errors.New(message.Text))
	}
	for _, file := range result.OutputFiles {
		files[filepath.Base(file.Path)] = file.Contents
	}
	return errors.Join(failures...)
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
