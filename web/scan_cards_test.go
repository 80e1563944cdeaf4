package web

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"anlo"
	"anlo/anlotest"
)

// What Go writes the browser reads: the pass of whoever shows a card, judged as
// its QR code would be; null for every other number, and for a list that is
// over or damaged.
func TestScannerFindsCards(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	ctx, now := t.Context(), s.clock.Now()
	officer, _ := anlotest.Post(t, s.app)
	if err := s.app.SetCardHours(ctx, anlo.Actor{Role: anlo.Operator}, officer.Device.Checkpoint.ID, 4); err != nil {
		t.Fatal(err)
	}
	unknown := anlotest.An
	unknown.Number, unknown.OldNumber, unknown.FullName = "001090000001", "", "Lê Văn Lạ"
	gone := unknown
	gone.Number = "001090000002"
	var passes []string
	var cancelled anlo.Actor
	for _, people := range [][]anlo.Registered{{anlotest.An, anlotest.Binh}, {unknown}, {gone}} {
		r, err := s.app.Declare(ctx, anlotest.Citizen, anlotest.Declaration(now, people...), "")
		if err != nil {
			t.Fatal(err)
		}
		passes = append(passes, r.Main().ID.String())
		if cancelled, err = s.app.OpenLink(r.ManageToken); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.app.Route(ctx); err != nil {
		t.Fatal(err)
	}
	list, err := s.app.Cards(ctx, officer)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.app.Cancel(ctx, cancelled); err != nil { // since: the bundle knows
		t.Fatal(err)
	}
	bundle, _, err := s.app.Bundle(ctx)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.MarshalPKIXPublicKey(s.app.Root)
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, s)
	b.get("/declare")
	b.do(`(async (dir, root, bundle, list, at) => {
		const bytes = (text) => Uint8Array.from(atob(text), (b) => b.charCodeAt(0));
		const { openBundle } = await import(dir + "bundle.js");
		Object.assign(window, { list: bytes(list), at: Number(at), opened: await openBundle(bytes(bundle), bytes(root), Number(at)), find: (await import(dir + "cards.js")).find });
		window.say = (r) => r ? [r.kind, r.outcome, r.reasons, r.pass, r.bearer.travellers.map((t) => t.name)].join(" ") : "null";
	})(%s, %s, %s, %s, %s)`, b.site.assetPath("js/scan/"), base64.StdEncoding.EncodeToString(root), base64.StdEncoding.EncodeToString(bundle),
		base64.StdEncoding.EncodeToString(list), fmt.Sprint(now.UnixMilli()))
	both := "card go  " + passes[0] + " Nguyễn Văn An,Trần Thị Bình"
	for number, want := range map[string]string{anlotest.An.Number: both, anlotest.Binh.Number: both, unknown.Number: "card look identity-not-confirmed " + passes[1] + " Lê Văn Lạ",
		gone.Number: "null", "001090123457": "null", "": "null"} {
		if got := b.do(`find(opened, list, %s, at).then(say)`, number); got != want {
			t.Errorf("%s: %s, want %s", number, got, want)
		}
	}
	for what, script := range map[string]string{
		"over":           `find(opened, list, number, at + 4 * 3600e3).then(say)`,
		"empty":          `find(opened, new Uint8Array(0), number, at).then(say)`,
		"another format": `find(opened, Uint8Array.from(list, (b, i) => i === 3 ? 0x32 : b), number, at).then(say)`,
		"never ending":   `find(opened, Uint8Array.from(list, (b, i) => i >= 20 && i < 24 ? 0xff : b), number, at).then(say)`,
	} {
		if got := b.do(`((number) => `+script+`)(%s)`, anlotest.An.Number); got != "null" {
			t.Errorf("%s: %s", what, got)
		}
	}
	// Cut off or changed anywhere, it says the same or nothing, and never throws.
	got := b.do(`(async (number) => {
		const said = new Set();
		for (let i = 0; i < list.length; i += 3) {
			if (i >= 20 && i < 24) continue;
			said.add(say(await find(opened, list.slice(0, i), number, at)));
			said.add(say(await find(opened, Uint8Array.from(list, (b, j) => i === j ? b ^ 0xff : b), number, at)));
		}
		return [...said].sort().join("\n");
	})(%s)`, anlotest.An.Number)
	if got != both+"\nnull" {
		t.Errorf("damaged, it says\n%s", got)
	}
	call(b, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4})
	took := b.do(`(async (number) => {
		const begun = performance.now();
		for (let i = 0; i < 10; i++) await find(opened, list, number, at);
		return ((performance.now() - begun) / 10).toFixed(1);
	})(%s)`, anlotest.An.Number)
	t.Log(took, "ms a look-up with a 4 times slower processor")
}
