package credential

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"anlo"
)

func slipContent(t testing.TB, travellers int) SlipContent {
	t.Helper()
	p := sample()
	var names []string
	for i := range travellers {
		name := []string{"Nguyễn Thị Phương Thảo", "Đặng Hữu Ước", "Phạm Quỳnh Như", "Lê Văn Lữ"}[i%4]
		names = append(names, fmt.Sprintf("%s · %d", name, 1960+i%50))
		if i > 0 {
			p.Travellers = append(p.Travellers, anlo.Named{Name: name, BirthYear: 1960 + i%50, Tag: 77})
		}
	}
	return SlipContent{
		Lang: "vi", Issuer: "An Lộ · Tờ khai di chuyển nội địa", Title: "Mã QR đi đường", Code: text(t, passKey, p),
		Caption:  "Mã số 019ab3f2-7c10-7304-8506-0708a1b2c3d4",
		Validity: SlipRow{"Có giá trị đến", "11:00, 26/11/2026"},
		Rows: []SlipRow{{"Có giá trị từ", "11:00, 23/11/2026"}, {"Nơi đến", "Phường Ba Đình, Thành phố Hà Nội"},
			{"Mục đích", "Đi làm"}, {"Biển số xe", "29A-123.45"}, {"Khai báo lúc", "11:00, 23/11/2026"}},
		NamesTitle: fmt.Sprintf("Người đi đường (%d)", travellers), Names: names,
		NotesTitle: "Khi qua chốt kiểm soát",
		Notes: []string{"Đưa mã này và thẻ căn cước cho cán bộ tại chốt. Không cần ký hay đóng dấu.",
			"Mã dùng được nhiều lần trong 72 giờ. Khi hết hạn, khai báo lại tại địa chỉ trên tờ thông báo.",
			"Có sốt, ho hoặc khó thở: không đi, gọi trạm y tế nơi gần nhất.",
			"Giữ kín mã này: ai chụp được mã sẽ thấy họ tên và năm sinh của bạn."},
		Footer:    "Dữ liệu cá nhân được xử lý theo Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 và được xóa khi hết thời hạn lưu giữ.",
		CreatedAt: noon,
	}
}

func slip(t testing.TB, s SlipContent) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Slip(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// render turns a page into a picture and its text with poppler.
func render(t *testing.T, pdf []byte, dpi int) (picture []byte, words string) {
	t.Helper()
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		t.Fatal("poppler-utils is needed: run make tools")
	}
	file := filepath.Join(t.TempDir(), "slip")
	if err := os.WriteFile(file+".pdf", pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("pdftoppm", "-r", fmt.Sprint(dpi), "-png", "-singlefile", file+".pdf", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := exec.Command("pdftotext", "-layout", file+".pdf", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	picture, err = os.ReadFile(file + ".png")
	if err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("SLIP_PICTURES"); keep != "" {
		name := strings.ReplaceAll(t.Name(), "/", "-") + ".png"
		if err := os.WriteFile(filepath.Join(keep, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return picture, string(text)
}

// scanned reads the code of a picture with zbar, which shares no code with us.
func scanned(t *testing.T, picture []byte) string {
	t.Helper()
	cmd := exec.Command("zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", "PNG:-")
	cmd.Stdin = bytes.NewReader(picture)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("zbarimg (zbar-tools, installed by make tools): %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// What is printed can be read: the code by a scanner, the words by people and
// programs that read aloud.
func TestSlip(t *testing.T) {
	t.Parallel()
	for _, travellers := range []int{1, 4, 15, anlo.MaxTravellers} {
		t.Run(fmt.Sprint(travellers), func(t *testing.T) {
			s := slipContent(t, travellers)
			pdf := slip(t, s)
			if n := bytes.Count(pdf, []byte("/Type /Page\n")); n != 1 {
				t.Errorf("%d pages", n)
			}
			if len(pdf) > 150_000 {
				t.Errorf("%d bytes", len(pdf))
			}
			if !bytes.Equal(pdf, slip(t, s)) {
				t.Error("the same content gives another file")
			}
			picture, words := render(t, pdf, 150)
			if travellers == 1 {
				if got := read(t, picture); len(got) != 1 || got[0] != s.Code {
					t.Errorf("we read the code as %.60q", got)
				}
			}
			if got := scanned(t, picture); got != s.Code {
				t.Errorf("zbar reads the code as %.60q", got)
			}
			flat := strings.Join(strings.Fields(words), " ")
			want := []string{s.Issuer, s.Title, s.Caption, s.Validity.Label, s.Validity.Value, s.NamesTitle, s.NotesTitle, "theo Luật Bảo vệ dữ liệu cá nhân"}
			want = append(want, s.Names...)
			for _, r := range s.Rows {
				want = append(want, r.Label)
			}
			for _, w := range append(want, "đóng dấu", "nơi gần nhất", "năm sinh của bạn") {
				if !strings.Contains(flat, strings.Join(strings.Fields(w), " ")) {
					t.Errorf("%q is not on the page", w)
				}
			}
			img, err := png.Decode(bytes.NewReader(picture))
			if err != nil {
				t.Fatal(err)
			}
			if size := img.Bounds().Size(); size.X < 1235 || size.X > 1245 || size.Y < 1749 || size.Y > 1759 {
				t.Errorf("%v is not A4 at 150 dots an inch", size)
			}
		})
	}
}

func TestSlipOverflow(t *testing.T) {
	s := slipContent(t, 1)
	s.Notes = make([]string, 100)
	for i := range s.Notes {
		s.Notes[i] = "một hai ba bốn năm sáu bảy"
	}
	if err := Slip(new(bytes.Buffer), s); err != ErrSlipFull {
		t.Error(err)
	}
	s = slipContent(t, 1)
	s.Code = strings.Repeat("A", MaxText+1)
	if err := Slip(new(bytes.Buffer), s); err != ErrQRTooLong {
		t.Error(err)
	}
}

// Nothing that somebody typed breaks the page, and none of it leaves the paper.
func TestSlipOddText(t *testing.T) {
	s := slipContent(t, 2)
	odd := strings.Repeat("Wolfeschlegelsteinhausenbergerdorff", 6) + " 😀\x00\xff\u202e\n王 ก"
	s.Title, s.Issuer, s.Caption, s.Validity.Value, s.Names[0] = odd, odd, odd, odd, odd
	s.Rows[0].Value = odd
	pdf := slip(t, s)
	picture, _ := render(t, pdf, 60)
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	for y := range b.Dy() {
		for _, x := range []int{0, 10, b.Dx() - 11, b.Dx() - 1} {
			if r, _, _, _ := img.At(x, y).RGBA(); r < 0xf000 {
				t.Fatalf("something is drawn in the margin at %d, %d", x, y)
			}
		}
	}
	slip(t, SlipContent{})
}

func TestSlipsAtOnce(t *testing.T) {
	t.Parallel()
	want := slip(t, slipContent(t, 3))
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 2 {
				if got := slip(t, slipContent(t, 3)); !bytes.Equal(got, want) {
					t.Error("slips made at once disturb one another")
				}
			}
		})
	}
	wait.Wait()
}
