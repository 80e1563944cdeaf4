package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"anlo/notify"
	"anlo/web"
)

// gateway says where texts for plain phones are handed to.
type gateway struct {
	SMSGateway  string `name:"sms-gateway" help:"Address of an SMS gateway with Kannel's sendsms interface, such as http://127.0.0.1:13013/cgi-bin/sendsms; without it no texts are offered." env:"ANLO_SMS_GATEWAY" placeholder:"URL"`
	SMSFrom     string `name:"sms-from" help:"Sender that phones show." env:"ANLO_SMS_FROM" default:"AnLo" placeholder:"NAME"`
	SMSUser     string `name:"sms-user" help:"User name at the gateway." env:"ANLO_SMS_USER" placeholder:"NAME"`
	SMSPassword string `name:"sms-password-file" help:"File with the password at the gateway; or put it into the environment variable ANLO_SMS_PASSWORD." env:"ANLO_SMS_PASSWORD_FILE" placeholder:"FILE"`
}

// texter returns nil without a gateway.
func (g gateway) texter() (notify.Texter, error) {
	if g.SMSGateway == "" {
		return nil, nil
	}
	password := os.Getenv("ANLO_SMS_PASSWORD")
	if g.SMSPassword != "" {
		text, err := os.ReadFile(g.SMSPassword)
		if err != nil {
			return nil, fmt.Errorf("--sms-password-file: %w", err)
		}
		password = string(text)
	}
	to := &notify.Gateway{URL: g.SMSGateway, From: g.SMSFrom, Username: g.SMSUser, Password: strings.TrimSpace(password)}
	if to.Username == "" || to.Password == "" {
		return nil, errors.New("--sms-gateway needs --sms-user, and a password")
	}
	return to, to.Check()
}

// consoleOf prints the texts of a demonstration.
func consoleOf(out io.Writer) *notify.Console {
	return &notify.Console{Sent: func(t notify.Text) { fmt.Fprintf(out, "text to %s: %s\n", t.Masked(), t.Body) }}
}

// demoTexts are those that the start page shows.
func demoTexts(c *notify.Console) func() []web.DemoText {
	return func() (all []web.DemoText) {
		for _, t := range c.Last() {
			all = append(all, web.DemoText{To: t.Masked(), Body: t.Body})
		}
		return all
	}
}
