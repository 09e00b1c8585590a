package server

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// withPages serves the files of [Config.Pages], and what is not among them from rest. Folders are not listed: one is served where it has an index.html.
func withPages(pages fs.FS, cache string, rest http.Handler) http.Handler {
	files := http.FileServerFS(pages)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if strings.HasSuffix(r.URL.Path, "/") {
			name = path.Join(name, "index.html")
		}
		if info, err := fs.Stat(pages, name); err != nil || !info.Mode().IsRegular() {
			rest.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", cache)
		files.ServeHTTP(w, r)
	})
}
