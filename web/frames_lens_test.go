package web

import "math"

// blur is a lens out of focus: three boxes are nearly a bell.
func (f *frame) blur(sigma float64) {
	r := int(math.Round(sigma * 0.9))
	if r == 0 { // narrower than a box: a little of the neighbours
		k := float32(min(0.25, sigma*sigma/2))
		f.lines(func(at func(int) *float32, n int) {
			before := *at(0)
			for i := range n {
				now := *at(i)
				*at(i) = now*(1-2*k) + k*(before+*at(min(n-1, i+1)))
				before = now
			}
		})
		return
	}
	line := make([]float32, frameWidth)
	for range 3 {
		f.lines(func(at func(int) *float32, n int) {
			sum := float32(0)
			for i := range n {
				line[i] = *at(i)
			}
			for i := -r; i <= r; i++ {
				sum += line[max(0, i)]
			}
			for i := range n {
				*at(i) = sum / float32(2*r+1)
				sum += line[min(n-1, i+r+1)] - line[max(0, i-r)]
			}
		})
	}
}

// lines goes through all rows and then all columns.
func (f *frame) lines(change func(at func(int) *float32, n int)) {
	for v := range frameHeight {
		change(func(i int) *float32 { return &f.light[v*frameWidth+i] }, frameWidth)
	}
	for u := range frameWidth {
		change(func(i int) *float32 { return &f.light[i*frameWidth+u] }, frameHeight)
	}
}

// smear moves the picture while the shutter is open.
func (f *frame) smear(length, angle float64) {
	const steps = 12
	out := make([]float32, len(f.light))
	for i := range steps {
		d := length * (float64(i)/(steps-1) - 0.5)
		dx, dy := int(math.Round(d*math.Cos(angle))), int(math.Round(d*math.Sin(angle)))
		for v := range frameHeight {
			from := max(0, min(frameHeight-1, v+dy)) * frameWidth
			for u := range frameWidth {
				out[v*frameWidth+u] += f.light[from+max(0, min(frameWidth-1, u+dx))] / steps
			}
		}
	}
	f.light = out
}

// glow is a lamp or the sun in the glass, so far from the middle of the picture.
func (f *frame) glow(x, y, radius, strength float64) {
	for v := range frameHeight {
		for u := range frameWidth {
			dx, dy := (float64(u)-frameWidth/2-x)/radius, (float64(v)-frameHeight/2-y)/radius
			f.light[v*frameWidth+u] += float32(strength * math.Exp(-(dx*dx + dy*dy)))
		}
	}
}
