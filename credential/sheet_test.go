package credential

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"anlo"
)

// coach is the sheet of a coach whose riders have long names.
func coach(t testing.TB, riders int) SlipContent {
	t.Helper()
	s := slipContent(t, 1)
	p := sample()
	p.Plate, p.Travellers, s.Names = "29B12345", nil, nil
	for i := range riders {
		name := []string{"Nguyễn Thị Phương Thảo", "Hoàng Phủ Ngọc Tường Vi", "Công Tằng Tôn Nữ Diệu Huyền"}[i%3]
		p.Travellers = append(p.Travellers, anlo.Named{Name: name, BirthYear: 1960 + i, Tag: uint32(i)})
		s.Names = append(s.Names, fmt.Sprintf("%02d  %s, 1960", i+1, name))
	}
	s.Code, s.Plate, s.Notes = text(t, passKey, p), "29B-123.45", nil
	return s
}

// The code of a whole coach still reads from paper, at the coarseness of a phone
// that holds the page in view.
func TestSheetOfAVehicle(t *testing.T) {
	t.Parallel()
	for riders, version := range map[int]int{20: 25, 45: 37, anlo.MaxTravellers: 40} {
		s := coach(t, riders)
		c, err := encodeQR(s.Code)
		if err != nil {
			t.Fatal(err)
		}
		if got := (c.Size - 17) / 4; got > version {
			t.Errorf("%d riders: %d characters, version %d, want at most %d", riders, len(s.Code), got, version)
		} else {
			t.Logf("%d riders: %d characters, version %d, %.2f mm a module", riders, len(s.Code), got, plateSide/float64(c.Size+2*quiet))
		}
		picture, words := render(t, slip(t, s), 110)
		if got := scanned(t, picture); got != s.Code {
			t.Errorf("%d riders: zbar reads %.60q", riders, got)
		}
		flat := strings.Join(strings.Fields(words), " ")
		for _, want := range []string{"29B-123.45", s.Validity.Value, "01 Nguyễn Thị Phương Thảo, 1960", fmt.Sprintf("%02d ", riders)} {
			if !strings.Contains(flat, want) {
				t.Errorf("%d riders: %q is not on the page", riders, want)
			}
		}
	}
}

func TestSlipsAreAPageEach(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Slips(&b, []SlipContent{coach(t, 2), coach(t, 3), slipContent(t, 1)}); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b.Bytes(), []byte("/Type /Page\n")); n != 3 {
		t.Errorf("%d pages", n)
	}
	if err := Slips(&b, nil); err == nil {
		t.Error("nothing is printed")
	}
}
