// Package clientjs holds the JavaScript client's bundle and the demo page, embedded, so that a server is one file.
package clientjs

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

//go:embed all:page
var page embed.FS

// Bundle holds the client: deltatick.mjs, deltatick.min.mjs with the files that it loads, the classic script deltatick.js, and their
// source maps.
func Bundle() fs.FS { return sub(dist, "dist") }

// Page holds the demo page: index.html and what it loads, but for the client, which it expects beside it as client.mjs.
func Page() fs.FS { return sub(page, "page") }

func sub(files embed.FS, folder string) fs.FS {
	inside, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // only for a malformed name, and the names stand above
	}
	return inside
}
