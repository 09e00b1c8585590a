package session

import (
	"net/http"
	"net/url"
	"strings"
)

// OriginAllowed says whether the page that a browser made the request for may connect. See [Config.Origins].
func OriginAllowed(allowed []string, r *http.Request) bool {
	given := r.Header["Origin"]
	if len(given) == 0 {
		return true
	}
	if len(given) > 1 {
		return false
	}
	origin, err := url.Parse(given[0])
	if err != nil {
		origin = &url.URL{}
	}
	if len(allowed) == 0 {
		return origin.Host != "" && strings.EqualFold(origin.Host, r.Host)
	}
	for _, a := range allowed {
		switch {
		case a == "*":
			return true
		case origin.Host == "": // "null", of a page without an origin to name
		case strings.EqualFold(a, origin.Host), strings.EqualFold(a, origin.Scheme+"://"+origin.Host):
			return true
		}
	}
	return false
}
