package main

import (
	"errors"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// conditions is the bundle of bad networks for pages, which has nothing of the client in it, nor the client of it.
const conditions = "conditions.mjs"

// bundleConditions adds it to files, minified, with its source map.
func bundleConditions(root string, files map[string][]byte) error {
	folder, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:       folder,
		EntryPointsAdvanced: []api.EntryPoint{{InputPath: "src/conditions.js", OutputPath: "conditions"}},
		Outdir:              "dist",
		OutExtension:        map[string]string{".js": ".mjs"},
		Bundle:              true,
		Format:              api.FormatESModule,
		Target:              api.ES2022,
		MinifyWhitespace:    true,
		MinifyIdentifiers:   true,
		MinifySyntax:        true,
		Sourcemap:           api.SourceMapLinked,
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
	return errors.Join(failures...)
}
