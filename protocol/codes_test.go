package protocol_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestRangeOfACloseCodeSaysWhetherTheClientComesBack(t *testing.T) {
	for code := range protocol.CloseCode(6000) {
		want := code != protocol.CloseNormal && (code < 4500 || code > 4999)
		if code.ComesBack() != want {
			t.Errorf("%d: comes back: %v", code, code.ComesBack())
		}
	}
	for _, code := range protocol.CloseCodes() {
		if code != protocol.CloseNormal && (code < 4000 || code > 4999) {
			t.Errorf("%d is outside the range that WebSocket leaves to applications", code)
		}
		if !code.ComesBack() && code.Wait() != 0 {
			t.Errorf("%s never comes back, but waits", code.Name())
		}
	}
}

func TestEveryCloseCodeHasANameOfItsOwnAndATextThatFitsItsFrame(t *testing.T) {
	names := map[string]bool{}
	for _, code := range protocol.CloseCodes() {
		if text := code.Text(); text == "" || len(text) > 123 {
			t.Errorf("%s: a text of %d bytes: 1 to 123 fit", code.Name(), len(text))
		}
		if !protocol.ValidIdent(code.Name()) || names[code.Name()] {
			t.Errorf("%d: name %q is used twice, or no label", code, code.Name())
		}
		names[code.Name()] = true
	}
	if got := protocol.CloseCode(4999).Name(); got != "4999" {
		t.Errorf("an unknown code is called %q", got)
	}
	if got := protocol.CloseCode(4999).Text(); got != "" {
		t.Errorf("an unknown code says %q", got)
	}
}

func TestClosedCarriesItsCodeThroughWrapping(t *testing.T) {
	err := fmt.Errorf("dial: %w", &protocol.Closed{Code: protocol.CloseBusy, Text: "full"})
	closed, ok := errors.AsType[*protocol.Closed](err)
	if !ok || closed.Code != protocol.CloseBusy {
		t.Errorf("%v has no code", err)
	}
	for _, part := range []string{"4003", "busy", "full"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestErrorsSayCodeFieldAndMessage(t *testing.T) {
	for err, want := range map[*protocol.Error]string{
		protocol.Refuse(protocol.CodeFull, "no place left"): "full: no place left",
		protocol.RefuseField("name", "too long"):            "bad-payload: name: too long",
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err.Error(), want)
		}
	}
}
