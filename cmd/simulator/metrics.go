package main

import (
	"fmt"
	"net/url"
	"strings"
)

// metricsURL is what -metrics says: a URL, "none", or, if it is empty, where a deltatick server at a WebSocket URL has its metrics.
func metricsURL(flag, server string) (string, error) {
	switch {
	case flag == "none":
		return "", nil
	case flag == "":
		u, err := url.Parse(server)
		if err != nil {
			return "", fmt.Errorf("-url: %w", err)
		}
		u.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
		return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/metrics"}).String(), nil
	case !strings.HasPrefix(flag, "http://") && !strings.HasPrefix(flag, "https://"):
		return "", fmt.Errorf("-metrics: %q does not begin with http:// or https://", flag)
	}
	return flag, nil
}
