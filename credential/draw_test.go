package credential

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rsc.io/qr/coding"
)

func read(t *testing.T, picture []byte) []string {
	t.Helper()
	texts, err := ReadPicture(bytes.NewReader(picture))
	if err != nil {
		t.Error(err)
	}
	return texts
}

// Every version, filled to the last character, is read back by somebody else's
// reader, and so are the other two modes.
func TestEveryVersionIsReadable(t *testing.T) {
	t.Parallel()
	n := 0
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		for coding.Alpha(make([]byte, n+1)).Bits(v) <= 8*v.DataBytes(coding.M) {
			n++
		}
		text := strings.Repeat("AL1:%69 VD92EX0", n/15+1)[:n]
		if c := must(encodeQR(text)); c.Size != 17+4*int(v) {
			t.Errorf("version %s: %d modules", v, c.Size)
		}
		if got := read(t, must(PNG(text, 2))); len(got) != 1 || got[0] != text {
			t.Errorf("version %s is read as %.40q", v, got)
		}
	}
	if n != MaxText {
		t.Errorf("%d characters fit, MaxText is %d", n, MaxText)
	}
	for _, text := range []string{"https://anlo.example/p#x", "ễ", strings.Repeat("lower case ", 50)} {
		if got := read(t, must(PNG(text, 3))); len(got) != 1 || got[0] != text {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}

func TestSmallestVersion(t *testing.T) {
	size := func(n int) int { return must(encodeQR(strings.Repeat("A", n))).Size }
	for n, version := range map[int]int{1: 1, 262: 9, 263: 10, MaxPersonal: 10, MaxPersonal + 1: 11, MaxText: 40} {
		if got := size(n); got != 17+4*version {
			t.Errorf("%d characters take %d modules, want version %d", n, got, version)
		}
	}
	for _, draw := range []func(string) error{
		func(s string) error { _, err := SVG(s); return err },
		func(s string) error { _, err := PNG(s, 1); return err },
	} {
		if err := draw(strings.Repeat("A", MaxText+1)); !errors.Is(err, ErrQRTooLong) {
			t.Error(err)
		}
	}
	for _, scale := range []int{-1, 0, maxScale + 1} {
		if _, err := PNG("A", scale); !errors.Is(err, ErrQRScale) {
			t.Errorf("scale %d: %v", scale, err)
		}
	}
}

// The SVG shows exactly the modules of the PNG.
func TestSVG(t *testing.T) {
	code := text(t, passKey, sample())
	svg := string(must(SVG(code)))
	want, err := png.Decode(bytes.NewReader(must(PNG(code, 1))))
	if err != nil {
		t.Fatal(err)
	}
	side := want.Bounds().Dx()
	if !strings.Contains(svg, `viewBox="0 0 `+strconv.Itoa(side)+` `+strconv.Itoa(side)+`"`) || len(svg) > 20_000 {
		t.Errorf("%d bytes: %.200s", len(svg), svg)
	}
	drawn := image.NewGray(want.Bounds())
	for i := range drawn.Pix {
		drawn.Pix[i] = 255
	}
	runs := regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(svg, -1)
	for _, r := range runs {
		x, _ := strconv.Atoi(r[1])
		y, _ := strconv.Atoi(r[2])
		n, _ := strconv.Atoi(r[3])
		if r[3] != r[4] {
			t.Fatal(r[0])
		}
		draw.Draw(drawn, image.Rect(x, y, x+n, y+1), image.Black, image.Point{}, draw.Src)
	}
	for y := range side {
		for x := range side {
			if got, want := drawn.GrayAt(x, y).Y < 128, color.GrayModel.Convert(want.At(x, y)).(color.Gray).Y < 128; got != want {
				t.Fatalf("module %d, %d", x, y)
			}
		}
	}
}

// Numbers worked out by hand: see each rule of section 7.8.3.
func TestPenalty(t *testing.T) {
	line := func(s string) int {
		return linePenalty([]byte(strings.NewReplacer("#", "\x01", ".", "\x00").Replace(s)))
	}
	for s, want := range map[string]int{
		"#.#.#.#.": 0, "####.": 0, "#####.": 3, "#######": 5, ".....#####": 6,
		"#.###.#....": 40, "....#.###.#": 40, "...#.###.#...": 0,
	} {
		if got := line(s); got != want {
			t.Errorf("%s: %d, want %d", s, got, want)
		}
	}
	grid := func(size int, black func(x, y int) bool) *coding.Code {
		c := &coding.Code{Size: size, Stride: size, Bitmap: make([]byte, size*size)}
		for y := range size {
			for x := range size {
				if black(x, y) {
					c.Bitmap[y*size+x/8] |= 1 << (7 - x%8)
				}
			}
		}
		return c
	}
	if got := penalty(grid(4, func(x, y int) bool { return (x+y)%2 == 0 })); got != 0 {
		t.Errorf("a chessboard: %d", got)
	}
	if got, want := penalty(grid(4, func(x, y int) bool { return true })), 9*3+100; got != want {
		t.Errorf("all dark: %d, want %d", got, want)
	}
	if got, want := penalty(grid(4, func(x, y int) bool { return false })), 9*3+100; got != want {
		t.Errorf("all light: %d, want %d", got, want)
	}
	if got, want := penalty(grid(4, func(x, y int) bool { return x == 0 })), 3*2*3+50; got != want {
		t.Errorf("a quarter dark: %d, want %d", got, want)
	}
}

func TestReadPicture(t *testing.T) {
	code, other := text(t, passKey, sample()), "https://example.org/"
	one := must(png.Decode(bytes.NewReader(must(PNG(code, 4)))))
	two := must(png.Decode(bytes.NewReader(must(PNG(other, 4)))))
	page := image.NewRGBA(image.Rect(0, 0, 900, 700))
	draw.Draw(page, page.Bounds(), image.NewUniform(color.RGBA{240, 235, 220, 255}), image.Point{}, draw.Src)
	draw.Draw(page, one.Bounds().Add(image.Pt(90, 180)), one, image.Point{}, draw.Src)
	draw.Draw(page, two.Bounds().Add(image.Pt(600, 400)), two, image.Point{}, draw.Src)
	got := read(t, jpegOf(t, page))
	if len(got) != 2 || got[0] != code && got[1] != code {
		t.Errorf("a page with two codes: %.40q", got)
	}
	dark := image.NewRGBA(one.Bounds())
	for i := range dark.Pix {
		dark.Pix[i] = 255
	}
	for y := range dark.Rect.Dy() {
		for x := range dark.Rect.Dx() {
			r, _, _, _ := one.At(x, y).RGBA()
			dark.Set(x, y, color.Gray{255 - byte(r>>8)})
		}
	}
	if got := read(t, jpegOf(t, dark)); len(got) != 1 || got[0] != code {
		t.Errorf("light on dark: %.40q", got)
	}
	if got := read(t, must(PNG(code, 1))); len(got) != 1 || got[0] != code {
		t.Errorf("one pixel a module: %.40q", got)
	}
	clear := image.NewNRGBA(one.Bounds()) // black on nothing at all
	for y := range clear.Rect.Dy() {
		for x := range clear.Rect.Dx() {
			if r, _, _, _ := one.At(x, y).RGBA(); r == 0 {
				clear.Set(x, y, color.Black)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, clear); err != nil {
		t.Fatal(err)
	}
	if got := read(t, b.Bytes()); len(got) != 1 || got[0] != code {
		t.Errorf("on a transparent ground: %.40q", got)
	}
}

func TestReadPictureRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty":      {nil, ErrPicture},
		"text":       {[]byte("AL1:"), ErrPicture},
		"cut":        {must(PNG("A", 4))[:60], ErrPicture},
		"no code":    {jpegOf(t, image.NewGray(image.Rect(0, 0, 300, 200))), ErrNoCode},
		"one pixel":  {jpegOf(t, image.NewGray(image.Rect(0, 0, 1, 1))), ErrNoCode},
		"bomb":       {header40k(), ErrPictureLarge},
		"many bytes": {make([]byte, MaxPicture+1), ErrPictureLarge},
	} {
		if got, err := ReadPicture(bytes.NewReader(c.data)); !errors.Is(err, c.want) {
			t.Errorf("%s: %q, %v, want %v", name, got, err, c.want)
		}
	}
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// header40k is the beginning of a PNG of 40,000 × 40,000 pixels.
func header40k() []byte {
	ihdr := append([]byte("IHDR"), 0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40, 1, 0, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
}
