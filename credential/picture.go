package credential

import (
	"bytes"
	"image"
	"image/draw"
	_ "image/jpeg" // the formats of screenshots, photographs
	_ "image/png"  // and scans
	"io"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"
	single "github.com/makiuchi-d/gozxing/qrcode"

	"anlo"
)

// Bounds of a picture, checked before its pixels are decoded.
const (
	MaxPicture = 32 << 20   // bytes
	maxPixels  = 40_000_000 // the camera of a good phone
	workPixels = 4_000_000  // larger pictures are read at a half or a quarter of their size
)

// Errors of ReadPicture.
var (
	ErrPicture      = &anlo.Error{Kind: anlo.Invalid, Code: "picture.unreadable"} // not a PNG or JPEG
	ErrPictureLarge = &anlo.Error{Kind: anlo.TooLarge, Code: "picture.too-large"} // more than 32 MB or 40 megapixels
	ErrNoCode       = &anlo.Error{Kind: anlo.NotFound, Code: "picture.no-code"}   // no QR code was found in it
)

// ReadPicture returns the texts of the QR codes in a PNG or JPEG, those that it
// finds first. It is meant for screenshots and scans on the command line: the
// largest pictures take some hundred megabytes of memory for a moment. Phones at
// a checkpoint read with better software.
func ReadPicture(r io.Reader) ([]string, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPicture+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxPicture {
		return nil, ErrPictureLarge
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return nil, ErrPicture
	}
	if config.Width > maxPixels/config.Height {
		return nil, ErrPictureLarge
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrPicture
	}
	p := grayOf(img)
	for len(p.Pix) > workPixels {
		p = halved(p)
	}
	// As it is, smaller against noise, larger for small modules, and inverted for
	// codes drawn light on dark.
	views := []func() *image.Gray{
		func() *image.Gray { return p },
		func() *image.Gray { return halved(p) },
		func() *image.Gray { return enlarged(p, 2) },
		func() *image.Gray { return enlarged(p, 3) },
		func() *image.Gray { return inverted(p) },
	}
	for _, view := range views {
		if texts := readGray(view()); len(texts) > 0 {
			return texts, nil
		}
	}
	return nil, ErrNoCode
}

// grayOf returns the picture in gray on a white ground.
func grayOf(img image.Image) *image.Gray {
	b := img.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(g, g.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(g, g.Bounds(), img, b.Min, draw.Over)
	return g
}

func halved(p *image.Gray) *image.Gray {
	w, h := p.Rect.Dx()/2, p.Rect.Dy()/2
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		a, b := p.Pix[2*y*p.Stride:], p.Pix[(2*y+1)*p.Stride:]
		for x := range w {
			out.Pix[y*out.Stride+x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1])) / 4)
		}
	}
	return out
}

// enlarged returns the picture n times as large within a white margin, which
// some codes were cut out without.
func enlarged(p *image.Gray, n int) *image.Gray {
	if len(p.Pix)*n*n > workPixels {
		return p
	}
	margin := 8 * n
	out := image.NewGray(image.Rect(0, 0, p.Rect.Dx()*n+2*margin, p.Rect.Dy()*n+2*margin))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	for y := range p.Rect.Dy() * n {
		row := out.Pix[(y+margin)*out.Stride+margin:]
		for x := range p.Rect.Dx() * n {
			row[x] = p.Pix[y/n*p.Stride+x/n]
		}
	}
	return out
}

func inverted(p *image.Gray) *image.Gray {
	out := image.NewGray(p.Rect)
	for i, v := range p.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}

// readGray returns the texts of the codes in one view of a picture.
func readGray(p *image.Gray) (texts []string) {
	// The reader was ported from Java and indexes where that would throw; a
	// picture that makes it panic is one without a code that can be read.
	defer func() {
		if recover() != nil {
			texts = nil
		}
	}()
	w, h := p.Rect.Dx(), p.Rect.Dy()
	source, err := gozxing.NewPlanarYUVLuminanceSource(p.Pix, w, h, 0, 0, w, h, false) // the Y of it is gray
	if err != nil {
		return nil
	}
	harder := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	pure := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}
	for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bitmap, err := gozxing.NewBinaryBitmap(binarizer)
		if err != nil {
			return nil
		}
		if found, err := qrcode.NewQRCodeMultiReader().DecodeMultiple(bitmap, harder); err == nil {
			for _, r := range found {
				if !slices.Contains(texts, r.GetText()) {
					texts = append(texts, r.GetText())
				}
			}
		}
		if len(texts) > 0 {
			return texts
		}
		for _, hints := range []map[gozxing.DecodeHintType]any{harder, pure} {
			if r, err := single.NewQRCodeReader().Decode(bitmap, hints); err == nil {
				return []string{r.GetText()}
			}
		}
	}
	return nil
}
