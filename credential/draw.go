package credential

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"rsc.io/qr/coding"

	"anlo"
)

// quiet is the white margin around a QR code, in modules (ISO/IEC 18004,
// section 6.3.8).
const quiet = 4

// maxScale bounds a PNG to 185 × 40 pixels a side.
const maxScale = 40

// Errors of drawing.
var (
	ErrQRTooLong = &anlo.Error{Kind: anlo.Invalid, Code: "qr.too-long"} // no QR code holds the text at level M
	ErrQRScale   = &anlo.Error{Kind: anlo.Invalid, Code: "qr.scale"}    // pixels a module: 1 to 40
)

// encodeQR returns the smallest QR code that holds the text at error correction
// level M, in alphanumeric mode where the alphabet allows, under the mask that
// the penalty rules of the standard prefer.
func encodeQR(text string) (*coding.Code, error) {
	var content coding.Encoding = coding.Alpha(text)
	if content.Check() != nil {
		content = coding.String(text)
	}
	version := coding.Version(coding.MinVersion)
	for ; content.Bits(version) > 8*version.DataBytes(coding.M); version++ {
		if version == coding.MaxVersion {
			return nil, ErrQRTooLong
		}
	}
	var best *coding.Code
	least := 0
	for mask := range coding.Mask(8) {
		plan, err := coding.NewPlan(version, coding.M, mask)
		if err != nil {
			return nil, fmt.Errorf("draw QR code: %w", err)
		}
		code, err := plan.Encode(content)
		if err != nil {
			return nil, fmt.Errorf("draw QR code: %w", err)
		}
		if p := penalty(code); best == nil || p < least {
			best, least = code, p
		}
	}
	return best, nil
}

// runs calls f for each horizontal run of dark modules.
func runs(c *coding.Code, f func(x, y, length int)) {
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			n := 0
			for c.Black(x+n, y) {
				n++
			}
			if n > 0 {
				f(x, y, n)
			}
			x += n
		}
	}
}

// SVG draws the text as a QR code that fills whatever box it is put in: one
// path, one unit a module, with its quiet zone.
func SVG(text string) ([]byte, error) {
	c, err := encodeQR(text)
	if err != nil {
		return nil, err
	}
	side := strconv.Itoa(c.Size + 2*quiet)
	b := []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + side + ` ` + side + `" shape-rendering="crispEdges">` +
		`<path fill="#fff" d="M0 0h` + side + `v` + side + `H0z"/><path d="`)
	runs(c, func(x, y, n int) {
		b = strconv.AppendInt(append(b, 'M'), int64(x+quiet), 10)
		b = strconv.AppendInt(append(b, ' '), int64(y+quiet), 10)
		b = strconv.AppendInt(append(b, 'h'), int64(n), 10)
		b = strconv.AppendInt(append(b, "v1h-"...), int64(n), 10)
		b = append(b, 'z')
	})
	return append(b, `"/></svg>`...), nil
}

// PNG draws the text as a QR code with scale pixels a module, 1 to 40.
func PNG(text string, scale int) ([]byte, error) {
	if scale < 1 || scale > maxScale {
		return nil, ErrQRScale
	}
	c, err := encodeQR(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, rasterize(c, scale)); err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	return b.Bytes(), nil
}

func rasterize(c *coding.Code, scale int) *image.Paletted {
	side := (c.Size + 2*quiet) * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	runs(c, func(x, y, n int) {
		from := img.PixOffset((x+quiet)*scale, (y+quiet)*scale)
		for i := range n * scale {
			img.Pix[from+i] = 1
		}
		for i := 1; i < scale; i++ {
			copy(img.Pix[from+i*img.Stride:], img.Pix[from:from+n*scale])
		}
	})
	return img
}
