package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anlo/notify"
)

func TestGatewayFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sms.password")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := "http://127.0.0.1:13013/cgi-bin/sendsms"
	if texter, err := (gateway{}).texter(); texter != nil || err != nil {
		t.Errorf("without a gateway: %v, %v", texter, err)
	}
	if _, err := (gateway{SMSGateway: at, SMSFrom: "AnLo", SMSUser: "anlo"}).texter(); err == nil {
		t.Error("no password, and it is taken")
	}
	t.Setenv("ANLO_SMS_PASSWORD", "from the environment")
	for want, g := range map[string]gateway{
		"from the environment": {SMSGateway: at, SMSFrom: "AnLo", SMSUser: "anlo"},
		"from a file":          {SMSGateway: at, SMSFrom: "AnLo", SMSUser: "anlo", SMSPassword: file},
	} {
		texter, err := g.texter()
		if err != nil {
			t.Fatal(err)
		}
		if got := texter.(*notify.Gateway); got.Password != want || got.URL != at {
			t.Errorf("%q, want %q", got.Password, want)
		}
	}
	_, err := gateway{SMSGateway: "http://anlo:secret@127.0.0.1/", SMSFrom: "AnLo", SMSUser: "anlo"}.texter()
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a password in the address: %v", err)
	}
}
