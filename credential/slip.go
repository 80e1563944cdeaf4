package credential

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
)

// SlipContent is what stands on a slip. All words come from the caller, in the
// language of the traveller.
type SlipContent struct {
	Lang       string    // BCP 47, for programs that read aloud: "vi"
	Issuer     string    // one line above the title; may be empty
	Title      string    // "Mã QR đi đường"
	Code       string    // text of the QR code
	Caption    string    // one line below the code; may be empty
	Validity   SlipRow   // drawn large: "Có giá trị đến", "16:00, 26/11/2026"
	Rows       []SlipRow // in order, beside the code
	NamesTitle string    // "Người đi đường (3)"
	Names      []string  // one a traveller, at most anlo.MaxTravellers
	NotesTitle string    // "Khi qua chốt"
	Notes      []string  // what to do, as a list
	Footer     string
	CreatedAt  time.Time // date of the document: the same content gives the same bytes

	// Plate makes it the sheet of a vehicle, to lie behind the windscreen: the
	// plate is drawn large, and so is the code, which then speaks of many.
	Plate string
}

// SlipRow is a label and what it labels.
type SlipRow struct{ Label, Value string }

// Measures of the page in millimetres, A4 upright.
const (
	pageWidth, pageHeight = 210.0, 297.0
	marginX               = 18.0
	contentWidth          = pageWidth - 2*marginX
	codeSide              = 86.0  // printed at 300 dots an inch, a module of the largest code has 5
	plateSide             = 118.0 // on the sheet of a vehicle: 0.64 mm a module of the largest code
	footerY               = pageHeight - 17
)

// A point of type is this many millimetres.
const point = 25.4 / 72

// ErrSlipFull says that the words do not fit the page.
var ErrSlipFull = errors.New("slip: more words than fit a page")

// Slip writes a page to print, as PDF: the code, what it says, and what to do.
// Letters of the Latin, Greek and Cyrillic alphabets are drawn; others appear as
// an empty box.
func Slip(w io.Writer, s SlipContent) error { return Slips(w, []SlipContent{s}) }

// Slips writes several, a page each, as one PDF.
func Slips(w io.Writer, all []SlipContent) error {
	if len(all) == 0 {
		return errors.New("slip: nothing to print")
	}
	p := newDocument(all[0])
	for _, s := range all {
		if err := p.slip(s); err != nil {
			return err
		}
	}
	if err := p.Output(w); err != nil {
		return fmt.Errorf("slip: %w", err)
	}
	return nil
}

func (p *page) slip(s SlipContent) error {
	p.AddPage()
	p.heading(s)
	y, side := 47.0, codeSide
	if s.Plate != "" {
		side = plateSide
	}
	if err := p.code(s.Code, marginX, y, side); err != nil {
		return err
	}
	p.style(8.5, false, gray)
	p.centred(s.Caption, marginX, y+side+5.5, side)
	below := max(y+side+16, p.aside(s, marginX+side+10, y)+8)
	below = p.names(s.NamesTitle, s.Names, below)
	if !p.notes(s.NotesTitle, s.Notes, below) {
		return ErrSlipFull
	}
	p.style(8, false, gray)
	p.rule(footerY-3, 0.2, line)
	p.paragraph(s.Footer, marginX, footerY, contentWidth, 1.3)
	return nil
}

type colour [3]int

var (
	ink  = colour{17, 24, 39}
	navy = colour{12, 54, 92}
	gray = colour{88, 98, 112}
	line = colour{203, 210, 219}
	pale = colour{236, 242, 248}
)

// page is a PDF page and the style that text is set in.
type page struct {
	*fpdf.Fpdf
	size float64 // points
}

func newDocument(s SlipContent) *page {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(0, 0, 0)
	f.SetCellMargin(0)
	f.SetCatalogSort(true)
	f.SetCreationDate(s.CreatedAt.UTC())
	f.SetModificationDate(s.CreatedAt.UTC())
	f.SetProducer("Anlo", true)
	f.SetTitle(printable(s.Title), true)
	f.SetLang(s.Lang)
	f.AddUTF8FontFromBytes("sans", "", dejavusans.TTF)
	f.AddUTF8FontFromBytes("sans", "B", dejavusansbold.TTF)
	return &page{Fpdf: f}
}

func (p *page) style(size float64, bold bool, c colour) {
	weight := ""
	if bold {
		weight = "B"
	}
	p.SetFont("sans", weight, size)
	p.SetTextColor(c[0], c[1], c[2])
	p.size = size
}

// heading draws the issuer, the title and the rule below.
func (p *page) heading(s SlipContent) {
	p.style(10, false, gray)
	p.fitted(s.Issuer, marginX, 20, contentWidth)
	p.style(25, true, navy)
	width := contentWidth
	if s.Plate != "" {
		width = contentWidth / 2
		p.style(18, true, navy)
	}
	p.fitted(s.Title, marginX, 33, width)
	if s.Plate != "" {
		p.shrunk(s.Plate, 40, ink, width)
		p.fitted(s.Plate, pageWidth-marginX-min(width, p.GetStringWidth(printable(s.Plate))), 33, width)
	}
	p.rule(39, 1.1, navy)
}

// code draws the QR code with its quiet zone, in a box.
func (p *page) code(text string, x, y, side float64) error {
	c, err := encodeQR(text)
	if err != nil {
		return err
	}
	p.SetDrawColor(line[0], line[1], line[2])
	p.SetLineWidth(0.3)
	p.RoundedRect(x, y, side, side, 2.5, "1234", "D")
	m := side / float64(c.Size+2*quiet)
	p.SetFillColor(0, 0, 0)
	runs(c, func(cx, cy, n int) {
		left, top := x+float64(cx+quiet)*m, y+float64(cy+quiet)*m
		p.MoveTo(left, top)
		p.LineTo(left+float64(n)*m, top)
		p.LineTo(left+float64(n)*m, top+m)
		p.LineTo(left, top+m)
		p.ClosePath()
	})
	p.DrawPath("F") // one path, so that no seam shows between rows
	return nil
}

// aside draws the validity and the rows beside the code and returns where they
// end.
func (p *page) aside(s SlipContent, x, y float64) float64 {
	width := pageWidth - marginX - x
	p.SetFillColor(pale[0], pale[1], pale[2])
	p.RoundedRect(x, y, width, 22, 2.5, "1234", "F")
	p.style(9, false, gray)
	p.fitted(s.Validity.Label, x+4, y+7, width-8)
	p.shrunk(s.Validity.Value, 15, navy, width-8)
	p.fitted(s.Validity.Value, x+4, y+16, width-8)
	y += 29
	for _, r := range s.Rows {
		p.style(8.5, false, gray)
		p.fitted(r.Label, x, y, width)
		p.style(11.5, true, ink)
		y = p.paragraph(r.Value, x, y+5.4, width, 1.25) + 3
	}
	return y - 3
}

// names draws the travellers in as many columns as they need and returns where
// they end.
func (p *page) names(title string, names []string, y float64) float64 {
	if len(names) == 0 {
		return y
	}
	y = p.section(title, y)
	columns, size, step := 1, 13.0, 7.2
	switch {
	case len(names) > 20:
		columns, size, step = 3, 7.8, 3.8
	case len(names) > 4:
		columns, size, step = 2, 10.5, 5.6
	}
	rows := (len(names) + columns - 1) / columns
	width := contentWidth / float64(columns)
	for i, n := range names {
		p.style(size, columns == 1, ink)
		p.fitted(n, marginX+float64(i/rows)*width, y+float64(i%rows)*step, width-4)
	}
	return y + float64(rows)*step + 5
}

// notes draws the list in the largest type that leaves the footer alone.
func (p *page) notes(title string, notes []string, y float64) bool {
	if len(notes) == 0 {
		return y <= footerY
	}
	y = p.section(title, y)
	for size := 10.5; size >= 7; size -= 0.5 {
		p.style(size, false, ink)
		end := y
		for _, n := range notes {
			end += float64(len(p.lines(n, contentWidth-6)))*size*point*1.4 + 1.6
		}
		if end > footerY-6 {
			continue
		}
		for _, n := range notes {
			p.Text(marginX, y, "•")
			y = p.paragraph(n, marginX+6, y, contentWidth-6, 1.4) + 1.6
		}
		return true
	}
	return false
}

func (p *page) section(title string, y float64) float64 {
	p.style(9.5, true, navy)
	p.fitted(title, marginX, y, contentWidth)
	p.rule(y+2.2, 0.25, line)
	return y + 9
}

func (p *page) rule(y, width float64, c colour) {
	p.SetDrawColor(c[0], c[1], c[2])
	p.SetLineWidth(width)
	p.Line(marginX, y, pageWidth-marginX, y)
}

// paragraph draws wrapped text whose first baseline is at y and returns the
// baseline after the last.
func (p *page) paragraph(text string, x, y, width, leading float64) float64 {
	for _, l := range p.lines(text, width) {
		p.Text(x, y, l)
		y += p.size * point * leading
	}
	return y
}

// lines wraps text at spaces, and words that are wider than the line anywhere.
func (p *page) lines(text string, width float64) (out []string) {
	current := ""
	for _, word := range strings.Fields(printable(text)) {
		if joined := strings.TrimSpace(current + " " + word); p.GetStringWidth(joined) <= width {
			current = joined
			continue
		}
		if current != "" {
			out = append(out, current)
		}
		for p.GetStringWidth(word) > width {
			n := 1
			letters := []rune(word)
			for n < len(letters) && p.GetStringWidth(string(letters[:n+1])) <= width {
				n++
			}
			if n == len(letters) {
				break
			}
			out, word = append(out, string(letters[:n])), string(letters[n:])
		}
		current = word
	}
	if current != "" {
		out = append(out, current)
	}
	return out
}

// fitted draws one line and cuts what is too wide.
func (p *page) fitted(text string, x, y, width float64) {
	text = printable(text)
	if p.GetStringWidth(text) > width {
		letters := []rune(text)
		for len(letters) > 0 && p.GetStringWidth(string(letters)+"…") > width {
			letters = letters[:len(letters)-1]
		}
		text = string(letters) + "…"
	}
	p.Text(x, y, text)
}

// shrunk chooses the largest bold type, up to a size, in which text fits.
func (p *page) shrunk(text string, size float64, c colour, width float64) {
	for p.style(size, true, c); size > 9 && p.GetStringWidth(printable(text)) > width; size-- {
		p.style(size, true, c)
	}
}

func (p *page) centred(text string, x, y, width float64) {
	text = printable(text)
	p.fitted(text, x+max(0, width-p.GetStringWidth(text))/2, y, width)
}

// printable replaces what the PDF library cannot set: control characters, bytes
// that are not UTF-8, and characters beyond the basic plane.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r > 0xffff || unicode.IsControl(r):
			return '\ufffd'
		}
		return r
	}, s)
}
