package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/exchange"
	"anlo/locale"
)

// upload fills in the form of a list, with a file.
func (v *visitor) upload(name string, data []byte, pairs ...string) *visitor {
	v.t.Helper()
	values := v.form("/declare/list")
	for i := 0; i < len(pairs); i += 2 {
		if !v.asks(pairs[i]) {
			v.t.Fatalf("%q is not asked for on %s", pairs[i], v.title())
		}
		values.Set(pairs[i], pairs[i+1])
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, all := range values {
		for _, value := range all {
			if k != "file" {
				w.WriteField(k, value)
			}
		}
	}
	f, err := w.CreateFormFile("file", name)
	if err != nil {
		v.t.Fatal(err)
	}
	f.Write(data)
	w.Close()
	res, err := v.client.Post(v.site.url+"/declare/list", w.FormDataContentType(), &b)
	return v.read(res, err)
}

var coachTrip = []string{"from_commune", "ba dinh ha noi", "to_commune", "hai chau da nang", "depart", "now", "vehicle", "bus", "plate", "29B-123.45", "reason", "work", "healthy", "yes"}

const coachList = "DANH SÁCH HÀNH KHÁCH;;;;;\nSTT;Họ và tên;Số CCCD;Ngày sinh;Phường/xã;Địa chỉ;Ghế\n" +
	"1;Nguyễn Văn An;001090123456;31/01/1990;Ba Đình, Hà Nội;Số 12 Phan Đình Phùng;1A\n" +
	"2;=1+1;12;31/02/1990;xyzzy;;\n" +
	"3;Trần Thị Bình;1192654321;07/05/1992;Ba Đình, Hà Nội;Số 12 Phan Đình Phùng;1B\n"

// The clerk of a coach company, an hour before departure.
func TestDeclareList(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	v.get("/").expect(200)
	v.get("/declare/list").expect(200, "Khai bằng danh sách")
	v.upload("", nil).expect(422, "Xã, phường nơi đi", "Chọn tệp danh sách", "Hãy hỏi từng người")
	v.upload("x.csv", []byte("name,phone\nAn,1\n"), coachTrip...).expect(422, "Số CCCD", "Tệp thiếu cột")
	v.upload("x.csv", []byte(coachList)).expect(200, "3 dòng: 2 người đi trên 1 xe, 1 dòng cần sửa", "Dòng 4", "=1+1", "Ngày sinh:", "29B12345", "1A · Nguyễn Văn An", "Không dùng cột: STT", "Phường Hải Châu")
	if v.header.Get("Cache-Control") != "no-store" {
		t.Error("a list of people may be kept")
	}
	if n := s.onRecord(); n != 0 {
		t.Fatalf("%d declared before the clerk has agreed", n)
	}
	v.submit("/declare/list", "go", "form").expect(200, "Đã đọc 3 dòng")
	v.upload("", nil, "plate", "29B 999.99").expect(200, "29B99999")
	v.submit("/declare/list", "go", "send").expect(200, "Đã khai xong", "29B99999", "Dòng 4")
	if n := s.onRecord(); n != 2 {
		t.Fatalf("%d declared", n)
	}
	done := v.doc
	code := v.src(".svg")
	v.submit("/declare/list/results")
	for _, want := range []string{"3,Nguyễn Văn An,29B99999,1A,đã khai," + s.url + "/my/", "4,'=1+1,", "5,Trần Thị Bình"} {
		if !strings.Contains(v.body, want) {
			t.Errorf("%q is not in the results:\n%s", want, v.body)
		}
	}
	v.doc = done
	v.submit("/declare/list/sheets").expect(200)
	pdf := filepath.Join(t.TempDir(), "sheets.pdf")
	if err := os.WriteFile(pdf, []byte(v.body), 0o600); err != nil {
		t.Fatal(err)
	}
	words, err := exec.Command("pdftotext", "-layout", pdf, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"29B99999", "1A  Nguyễn Văn An", "1B  Trần Thị Bình", "Phường Hải Châu"} {
		if !strings.Contains(strings.Join(strings.Fields(string(words)), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("%q is not on the sheet:\n%s", want, words)
		}
	}
	if v.get(code).expect(200); !strings.Contains(v.body, "<svg") {
		t.Error("the code is no picture")
	}
}

// onRecord is how many people are on record as having declared.
func (s *site) onRecord() int64 {
	s.t.Helper()
	n, err := s.app.Store.AuditCount(s.t.Context(), anlo.ActDeclare)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// src is the address of a picture.
func (v *visitor) src(ending string) string {
	v.t.Helper()
	for n := range v.all("img") {
		if src := attr(n, "src"); strings.HasSuffix(src, ending) {
			return src
		}
	}
	v.t.Fatalf("no picture …%s on %s", ending, v.title())
	return ""
}

// The list to fill in, filled in, is read.
func TestListTemplate(t *testing.T) {
	s := newSite(t, Options{})
	for _, lang := range []string{"vi", "en"} {
		v := s.visitor(lang)
		v.get("/declare/list/template.xlsx").expect(200)
		if _, err := listSheet.Read([]byte(v.body)); err == nil || err.Error() != "file.empty" {
			t.Errorf("%s: the empty list: %v", lang, err)
		}
		var text bytes.Buffer
		w := locale.For(lang)
		fill := exchange.Table{}
		var row []any
		for _, c := range listColumns {
			fill.Header = append(fill.Header, w.T("list.column."+c))
			row = append(row, c)
		}
		fill.Rows = exchange.Rows([][]any{row})
		if err := exchange.WriteCSV(&text, fill); err != nil {
			t.Fatal(err)
		}
		l, err := listSheet.Read(text.Bytes())
		if err != nil || len(l.Ignored) > 0 {
			t.Fatalf("%s: %v %v", lang, l.Ignored, err)
		}
		for _, c := range listColumns {
			if got := l.Rows[0].Get(c); got != c {
				t.Errorf("%s: %s is read as %q", lang, c, got)
			}
		}
	}
}

// Trucks: a plate and a driver each; a second click declares nobody twice.
func TestDeclareTrucks(t *testing.T) {
	s := newSite(t, Options{})
	var b strings.Builder
	b.WriteString("Driver\tID\tDate of birth\tCommune\tAddress\tNumber plate\n")
	for i := range 12 {
		fmt.Fprintf(&b, "Lê Văn %c\t0010900000%02d\t1990\t00004\tSố %d\t29C-%05d\n", 'A'+i, i, i+1, i)
	}
	v := s.visitor("en")
	v.get("/declare/list")
	trip := append([]string{}, coachTrip...)
	trip[9], trip[7] = "", "truck"
	v.upload("", nil, append(trip, "pasted", b.String())...).expect(200, "Rows: 12. People who travel: 12. Vehicles: 12. Rows to mend: 0.", "29C00011")
	check := v.doc
	v.submit("/declare/list", "go", "send").expect(200, "Declared", "29C00011")
	first := v.src(".svg")
	v.doc = check
	v.submit("/declare/list", "go", "send").expect(200, "Declared")
	if again := v.src(".svg"); again != first {
		t.Error("a second click declares anew")
	}
}

func TestListIsLimited(t *testing.T) {
	clock := anlotest.NewClock()
	s := newSite(t, Options{Limiter: anlo.NewLimiter(time.Hour, 1, clock.Now)})
	v := s.visitor("en")
	v.get("/declare/list")
	two := "name,id,dob,ward,address,plate\nA,001090000001,1990,00004,Số 1,29C-00001\nB,001090000002,1990,00004,Số 1,29C-00002\n"
	v.upload("x.csv", []byte(two), coachTrip...).expect(200, "People who travel: 2. Vehicles: 2.")
	v.submit("/declare/list", "go", "send").expect(http.StatusTooManyRequests, "Check the list")
	v.get("/declare/list")
	v.upload("x.csv", make([]byte, maxList+1), coachTrip...).expect(http.StatusRequestEntityTooLarge)
	v.get("/declare/list")
	v.upload("x.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), coachTrip...).expect(422, "old Excel file")
	v.submit("/declare/list", "draft", "x").expect(422)
}
