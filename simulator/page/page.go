package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"

	"github.com/deltatick/deltatick/simulator"
)

//go:embed style.css *.html
var files embed.FS

var (
	style = mustRead("style.css")

	// policy lets the page have its own style, which it names by its hash, and nothing else.
	policy = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + hash(style) + "'"

	pages = template.Must(template.New("").Funcs(template.FuncMap{"number": number, "bytes": bytesText, "percent": func(share float64) float64 { return 100 * share }}).ParseFS(files, "*.html"))
)

func mustRead(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it was embedded
	}
	return string(text)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// frame is what every page has.
type frame struct {
	Title  string
	Policy string
	Style  template.CSS
}

func newFrame(title string) frame {
	return frame{Title: title, Policy: policy, Style: template.CSS(style)} //nolint:gosec // our own file
}

// Write writes a report as a page.
func Write(w io.Writer, r simulator.Report) error {
	return pages.ExecuteTemplate(w, "report.html", newReportView(r))
}

// WriteComparison writes two reports side by side as a page.
func WriteComparison(w io.Writer, c simulator.Comparison) error {
	return pages.ExecuteTemplate(w, "comparison.html", newComparisonView(c))
}
