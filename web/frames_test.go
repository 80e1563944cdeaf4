package web

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	random "math/rand/v2"
	"testing"

	"anlo/credential"
)

// Frames are what a camera sees in a lane: a phone in a hand, or a slip, with a
// code on it and one kind of trouble. They are made with a seed, so everybody
// measures the same.

const frameWidth, frameHeight = 1280, 720

// frame is one picture.
type frame struct {
	kind  string
	side  int // of the code, in pixels, as if it were held straight
	text  string
	light []float32 // 0 is black, 1 white; may go beyond until it is drawn
}

// trouble is what one kind of frame departs by from a phone held well.
type trouble struct {
	kind    string
	text    func(*random.Rand) string // nil: the pass
	paper   bool                      // a slip, not a phone
	prepare func(*shot)
	distort func(*shot, *frame) // in the camera, before the noise
}

// shot is how the picture is taken.
type shot struct {
	*random.Rand
	roll, yaw, pitch float64 // of the phone, in radians
	black, white     float64 // of the code
	noise            float64
	module           float64 // pixels a module
	cracks           [][4]float64
	fold             float64 // where a slip is folded; 0: nowhere
	grid             float64 // contrast of a screen's own pixels; 0: none
}

func (s *shot) between(low, high float64) float64 { return low + (high-low)*s.Float64() }

// either returns a value of either sign.
func (s *shot) either(low, high float64) float64 {
	if s.IntN(2) == 0 {
		return -s.between(low, high)
	}
	return s.between(low, high)
}

const degree = math.Pi / 180

// troubles are all kinds. Blur is in modules, because that is what a reader loses.
var troubles = []trouble{
	{kind: "held well"},
	{kind: "turned", prepare: func(s *shot) { s.roll = s.between(0, 2*math.Pi) }},
	{kind: "tilted", prepare: func(s *shot) { s.yaw, s.pitch = s.either(20*degree, 40*degree), s.either(10*degree, 25*degree) }},
	{kind: "out of focus", distort: func(s *shot, f *frame) { f.blur(s.between(0.25, 0.55) * s.module) }},
	{kind: "moving", distort: func(s *shot, f *frame) {
		f.smear(s.between(0.5, 1.2)*s.module, s.between(0, math.Pi))
	}},
	{kind: "glare", distort: func(s *shot, f *frame) {
		for range 2 {
			r := float64(f.side)
			f.glow(s.between(-0.45, 0.45)*r, s.between(-0.45, 0.45)*r, s.between(0.07, 0.16)*r, s.between(0.7, 1.5))
		}
	}},
	{kind: "at night", prepare: func(s *shot) {
		s.black, s.white, s.noise = s.between(0.03, 0.06), s.between(0.16, 0.26), s.between(0.02, 0.035)
	}},
	{kind: "a pale screen", prepare: func(s *shot) { s.black, s.white, s.noise = s.between(0.5, 0.56), s.between(0.68, 0.78), 0.012 }},
	{kind: "cracked glass", prepare: func(s *shot) { s.crack(6 + s.IntN(5)) }},
	{kind: "moiré", prepare: func(s *shot) { s.grid = s.between(0.3, 0.6) }},
	{kind: "a folded slip", paper: true, prepare: func(s *shot) { s.fold, s.white, s.black = s.between(0.25, 0.75), 0.85, 0.2 }},
	{kind: "a large party", text: partyCode},
	{kind: "an identity card", paper: true, text: func(*random.Rand) string { return cardText }, prepare: func(s *shot) { s.black, s.white = 0.15, 0.8 }},
	{kind: "everything a little", prepare: func(s *shot) {
		s.roll, s.yaw, s.noise, s.black, s.white = s.either(0, 30*degree), s.either(5*degree, 20*degree), 0.02, 0.2, 0.75
		s.crack(2)
	}, distort: func(s *shot, f *frame) {
		f.blur(0.2 * s.module)
		f.glow(s.between(-0.5, 0.5)*float64(f.side), s.between(-0.5, 0.5)*float64(f.side), 0.08*float64(f.side), 0.6)
	}},
}

// alphabet is base45's, so that codes are as dense as passes are.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

func denseCode(r *random.Rand, length int) string {
	text := []byte(credential.Prefix)
	for len(text) < length {
		text = append(text, alphabet[r.IntN(36)])
	}
	return string(text)
}

func passCode(r *random.Rand) string  { return denseCode(r, 290+r.IntN(21)) }
func partyCode(r *random.Rand) string { return denseCode(r, 620) }

func (s *shot) crack(n int) {
	x, y := s.between(0.1, 0.9), s.between(0.1, 0.9) // where it was hit
	for range n {
		a := s.between(0, 2*math.Pi)
		s.cracks = append(s.cracks, [4]float64{x, y, x + 1.2*math.Cos(a), y + 1.2*math.Sin(a)})
	}
}

// shoot takes a picture of a kind, with a code of so many pixels a side.
func (k trouble) shoot(t testing.TB, side int, seed uint64) *frame {
	t.Helper()
	s := &shot{Rand: random.New(random.NewPCG(seed, uint64(side))), black: 0.06, white: 0.92, noise: 0.01}
	s.roll, s.yaw, s.pitch = s.either(0, 6*degree), s.either(0, 8*degree), s.either(0, 8*degree)
	text := passCode
	if k.text != nil {
		text = k.text
	}
	f := &frame{kind: k.kind, side: side, text: text(s.Rand), light: make([]float32, frameWidth*frameHeight)}
	code := modules(t, f.text)
	s.module = float64(side) / float64(len(code))
	if k.prepare != nil {
		k.prepare(s)
	}
	f.draw(s, code, k.paper)
	f.blur(0.45) // no lens is sharper
	if k.distort != nil {
		k.distort(s, f)
	}
	for i := range f.light {
		f.light[i] += float32(s.NormFloat64() * s.noise)
	}
	return f
}

// modules returns the modules of a code without the quiet zone; true is black.
func modules(t testing.TB, text string) [][]bool {
	t.Helper()
	drawn, err := credential.PNG(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	dark := func(x, y int) bool { r, _, _, _ := picture.At(x, y).RGBA(); return r < 0x8000 }
	quiet := 0
	for !dark(quiet, quiet) {
		quiet++
	}
	n := picture.Bounds().Dx() - 2*quiet
	out := make([][]bool, n)
	for y := range out {
		out[y] = make([]bool, n)
		for x := range out[y] {
			out[y][x] = dark(x+quiet, y+quiet)
		}
	}
	return out
}

// draw projects the phone or slip into the picture.
func (f *frame) draw(s *shot, code [][]bool, paper bool) {
	h := s.homography(float64(f.side))
	const n = 3 // samples a pixel, each way
	phase, tone := s.between(0, 9), s.between(0.2, 0.5)
	for v := range frameHeight {
		for u := range frameWidth {
			// The road, a car, a sleeve.
			l := tone + 0.12*math.Sin(float64(u)/190+phase) + 0.1*math.Sin(float64(v)/70+float64(u)/310)
			x, y := h.apply(float64(u)+0.5, float64(v)+0.5)
			if _, ok := s.surface(code, x, y, paper); ok {
				l = 0
				for i := range n * n {
					x, y := h.apply(float64(u)+(float64(i%n)+0.5)/n, float64(v)+(float64(i/n)+0.5)/n)
					part, _ := s.surface(code, x, y, paper)
					l += part / (n * n)
				}
				if s.grid > 0 {
					// A screen's pixels are about as small as the camera's: where the two
					// fall in and out of step, stripes appear.
					per := float64(f.side) * 0.94
					l *= 1 - s.grid*0.25*(2+math.Cos(2*math.Pi*x*per)+math.Cos(2*math.Pi*y*per*1.03))
				}
			}
			f.light[v*frameWidth+u] = float32(l)
		}
	}
}

// surface is how light the phone or slip is at a place; the code goes from 0 to 1.
func (s *shot) surface(code [][]bool, x, y float64, paper bool) (float64, bool) {
	shade := 1.0
	if s.fold > 0 && y > s.fold { // the part below the fold leans back
		y = s.fold + (y-s.fold)*1.08
		x += (y - s.fold) * 0.03
		shade = 0.72
	}
	switch {
	case paper && (x < -0.6 || x > 1.6 || y < -0.3 || y > 1.8), !paper && (x < -0.22 || x > 1.22 || y < -0.75 || y > 1.75):
		return 0, false
	case !paper && (x < -0.16 || x > 1.16 || y < -0.65 || y > 1.65):
		return 0.05, true
	}
	l := s.white
	switch inside := x >= 0 && x < 1 && y >= 0 && y < 1; {
	case inside:
		if code[int(y*float64(len(code)))][int(x*float64(len(code)))] {
			l = s.black
		}
	case math.Mod(y+9, 0.12) < 0.05 && (y > 1.12 || y < -0.12) && math.Mod(x*7.3+y*31+99, 1) < 0.7: // lines of text
		l = s.black
	}
	for _, c := range s.cracks {
		if d, along := distance(x, y, c); d < 0.004+0.006*(1-along) {
			return 0.5 + 0.5*math.Sin(along*40), true
		}
	}
	return l * shade, true
}

// distance from a line, and how far along it.
func distance(x, y float64, c [4]float64) (d, along float64) {
	dx, dy := c[2]-c[0], c[3]-c[1]
	along = max(0, min(1, ((x-c[0])*dx+(y-c[1])*dy)/(dx*dx+dy*dy)))
	return math.Hypot(x-c[0]-along*dx, y-c[1]-along*dy), along
}

// homography maps pixels to the plane of the code.
type homography [9]float64

func (h homography) apply(u, v float64) (x, y float64) {
	w := h[6]*u + h[7]*v + h[8]
	return (h[0]*u + h[1]*v + h[2]) / w, (h[3]*u + h[4]*v + h[5]) / w
}

// homography of a camera that looks at a code of so many pixels.
func (s *shot) homography(side float64) homography {
	const focal = 1100.0 // pixels: a phone's main camera
	depth := focal / side
	cr, sr, cy, sy, cp, sp := math.Cos(s.roll), math.Sin(s.roll), math.Cos(s.yaw), math.Sin(s.yaw), math.Cos(s.pitch), math.Sin(s.pitch)
	ex := [3]float64{cy * cr, cp*sr + sp*sy*cr, sp*sr - cp*sy*cr}
	ey := [3]float64{-cy * sr, cp*cr - sp*sy*sr, sp*cr + cp*sy*sr}
	room := func(space int) float64 { return max(0, float64(space)-side*1.15) / 2 / side }
	middle := [3]float64{s.between(-1, 1) * room(frameWidth) * 0.6, s.between(-1, 1) * room(frameHeight) * 0.6, depth}
	origin := [3]float64{}
	for i := range 3 {
		origin[i] = middle[i] - ex[i]/2 - ey[i]/2
	}
	row := func(i int) [3]float64 { return [3]float64{ex[i], ey[i], origin[i]} }
	x, y, z := row(0), row(1), row(2)
	var m homography
	for i := range 3 {
		m[i], m[3+i], m[6+i] = focal*x[i]+frameWidth/2*z[i], focal*y[i]+frameHeight/2*z[i], z[i]
	}
	return m.inverse()
}

func (h homography) inverse() homography {
	a, b, c, d, e, f, g, i, j := h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8]
	return homography{e*j - f*i, c*i - b*j, b*f - c*e, f*g - d*j, a*j - c*g, c*d - a*f, d*i - e*g, b*g - a*i, a*e - b*d} // up to a factor, which cancels
}

// png is the frame as a file.
func (f *frame) png(t testing.TB) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, frameWidth, frameHeight))
	for i, l := range f.light {
		picture.Pix[i] = uint8(max(0, min(255, l*255)))
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (f *frame) String() string { return fmt.Sprintf("%s, %d px", f.kind, f.side) }
