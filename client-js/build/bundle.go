package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// names of the bundles. A server hands out minified as /client.mjs and classic as /client.js.
const (
	plain    = "deltatick.mjs"     // an ES module in one file
	minified = "deltatick.min.mjs" // the same minified, in several files, of which a page loads the later ones when it needs them
	classic  = "deltatick.js"      // a script that makes the global deltatick, minified, in one file
)

// banner is all the licence that the bundles need: they hold nobody else's code.
const banner = "/*! deltatick client, Apache-2.0. */"

// later are the modules that the minified bundle loads by need, each into a file of its own: see client-js/src/parts.js.
var later = []string{"enter.js", "packed/decoder.js", "prediction.js", "seldom.js", "social.js", "spawns.js", "step.js", "views.js"}

// shared are modules that several of these need and the core does not. They are in the core all the same: in a file of their own, which
// esbuild would make, they would be asked for only once the file is there that needs them.
var shared = []string{"between.js"}

// bundle makes all files of dist from the client in folder root, by name, without writing any.
func bundle(root string) (files map[string][]byte, err error) {
	files = map[string][]byte{}
	for _, name := range []string{plain, minified, classic} {
		if _, err := bundleOne(root, name, files); err != nil {
			return nil, err
		}
	}
	return files, bundleConditions(root, files)
}

// bundleOne adds a bundle's files to files, and returns what esbuild says of them.
func bundleOne(root, name string, files map[string][]byte) (metafile string, err error) {
	folder, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	extension := filepath.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	minify := name != plain
	options := api.BuildOptions{
		AbsWorkingDir:       folder,
		EntryPointsAdvanced: []api.EntryPoint{{InputPath: "src/index.js", OutputPath: stem}},
		Outdir:              "dist",
		OutExtension:        map[string]string{".js": extension},
		ChunkNames:          stem + ".[name]-[hash]",
		Bundle:              true,
		Format:              api.FormatESModule,
		Target:              api.ES2022,
		MinifyWhitespace:    minify,
		MinifyIdentifiers:   minify,
		MinifySyntax:        minify,
		Sourcemap:           api.SourceMapLinked,
		Metafile:            true,
		Banner:              map[string]string{"js": banner},
		LogLevel:            api.LogLevelSilent,
	}
	switch name {
	case minified:
		options.Splitting = true
		options.IgnoreAnnotations = true // else the imports that oneCore adds are dropped: they are for their effect, and there is none
		options.Plugins = []api.Plugin{oneCore(folder)}
	case classic:
		options.Format = api.FormatIIFE
		options.GlobalName = "deltatick"
	}
	result := api.Build(options)
	var failures []error
	for _, message := range append(result.Errors, result.Warnings...) {
		failures = append(failures, errors.New(message.Text))
	}
	for _, file := range result.OutputFiles {
		files[filepath.Base(file.Path)] = file.Contents
	}
	if name == minified {
		// This file has nothing of its own, only names for what the core exports: banner and map would be half of it.
		_, code, _ := bytes.Cut(files[name], []byte(banner))
		code, _, _ = bytes.Cut(code, []byte("//#"))
		files[name] = append(bytes.TrimSpace(code), '\n')
		delete(files, name+".map")
	}
	return result.Metafile, errors.Join(failures...)
}

// oneCore has each module that loads later import the whole client, and the client what is shared. esbuild puts modules that the same entries reach into one file:
// so everything that a page loads at once is in one, instead of one for each set of later files that have something of it in common,
// and compresses the better for it. No module is evaluated twice or earlier for it: the client has been when these are asked for.
func oneCore(folder string) api.Plugin {
	return api.Plugin{Name: "one core", Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `\.js$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			content, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			source := string(content)
			name, err := filepath.Rel(filepath.Join(folder, "src"), args.Path)
			if err == nil && slices.Contains(later, filepath.ToSlash(name)) {
				index := strings.Repeat("../", strings.Count(filepath.ToSlash(name), "/")) + "index.js"
				if !strings.HasPrefix(index, "../") {
					index = "./" + index
				}
				source += "\nimport \"" + index + "\";\n"
			}
			if name == "index.js" {
				for _, module := range shared {
					source += "\nimport \"./" + module + "\";\n"
				}
			}
			return api.OnLoadResult{Contents: &source, Loader: api.LoaderJS}, nil
		})
	}}
}
