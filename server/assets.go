package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	clientjs "github.com/deltatick/deltatick/client-js"
)

// contentPolicy lets the page load from this server only, WebAssembly too, which has to be allowed by name and opens nothing else; and
// lets it run in no other page's frame.
const contentPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws: wss:; img-src 'self' data:; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'"

// assets serves embedded files from memory, each compressed once, or already, with a tag for revalidation.
type assets struct {
	files map[string]asset // by URL path
	cache string           // Cache-Control
}

type asset struct {
	mime  string
	tag   string
	plain []byte
	gzip  []byte // nil where it saves nothing
}

// embedded is read and compressed once for all servers of a process.
var embedded = sync.OnceValues(func() (map[string]asset, error) { return readAssets(clientjs.Page(), clientjs.Bundle()) })

// newAssets serves the page at /, and beside it the client's bundles, also under the names /client.mjs and /client.js. With fresh,
// browsers are told to keep nothing.
func newAssets(fresh bool) (*assets, error) {
	files, err := embedded()
	if err != nil {
		return nil, err
	}
	if fresh {
		return &assets{files, "no-store"}, nil
	}
	return &assets{files, "no-cache"}, nil
}

func readAssets(page, bundle fs.FS) (map[string]asset, error) {
	files := map[string]asset{}
	for name, from := range map[string]fs.FS{"page": page, "client": bundle} {
		if err := addAll(files, from); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for alias, name := range map[string]string{
		"/": "/index.html", PathAdmin: "/admin.html", PathClient: "/deltatick.min.mjs", PathScript: "/deltatick.js",
		"/favicon.ico": "/icon.svg", // browsers ask for it where a game's page names none
	} {
		file, ok := files[name]
		if !ok {
			return nil, fmt.Errorf("embedded file %s is missing", name)
		}
		files[alias] = file
	}
	return files, nil
}

func addAll(to map[string]asset, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		name, packed := strings.CutSuffix(name, ".gz")
		read := newAsset
		if packed {
			read = newPackedAsset
		}
		file, err := read(name, content)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		to["/"+name] = file
		return nil
	})
}

// newPackedAsset is a file that is embedded as what gzip made of it, and served under its name without .gz.
func newPackedAsset(name string, packed []byte) (asset, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return asset{}, err
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return asset{}, err
	}
	return asset{mime: mimeOf(name), tag: tagOf(content), plain: content, gzip: packed}, nil
}

func tagOf(content []byte) string {
	sum := sha256.Sum256(content)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

func newAsset(name string, content []byte) (asset, error) {
	file := asset{mime: mimeOf(name), plain: content, tag: tagOf(content)}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return asset{}, err
	}
	if _, err := w.Write(content); err != nil {
		return asset{}, err
	}
	if err := w.Close(); err != nil {
		return asset{}, err
	}
	if packed.Len() < len(content)*9/10 {
		file.gzip = packed.Bytes()
	}
	return file, nil
}

func mimeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".mjs", ".js":
		return "text/javascript; charset=utf-8"
	case ".map":
		return "application/json"
	case ".wasm": // without it browsers do not compile what is still arriving
		return "application/wasm"
	default:
		return mime.TypeByExtension(ext)
	}
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[r.URL.Path]
	if !ok {
		say(w, http.StatusNotFound, "not found")
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.mime)
	h.Set("Cache-Control", a.cache)
	h.Set("Etag", file.tag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	content := file.plain
	if file.gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = file.gzip
	}
	// ServeContent answers If-None-Match from the tag.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
