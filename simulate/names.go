package simulate

import (
	"math/rand/v2"
	"strings"

	"anlo"
)

// list is a choice of words with relative frequencies, written
// "word count, word count".
type list struct {
	words []string
	until []int
}

func parse(s string) list {
	var l list
	total := 0
	for item := range strings.SplitSeq(s, ",") {
		f := strings.Fields(item)
		n := 0
		for _, c := range f[len(f)-1] {
			n = 10*n + int(c-'0')
		}
		total += n
		l.words = append(l.words, strings.Join(f[:len(f)-1], " "))
		l.until = append(l.until, total)
	}
	return l
}

func (l list) draw(rng *rand.Rand) string {
	n := rng.IntN(l.until[len(l.until)-1])
	for i, u := range l.until {
		if n < u {
			return l.words[i]
		}
	}
	panic("unreachable")
}

// Family names per thousand: the fourteen that nine in ten Vietnamese bear (Lê
// Trung Hoa, Họ và tên người Việt Nam, 2005), and some of the rest.
var familyNames = parse(`Nguyễn 384, Trần 110, Lê 95, Phạm 70, Hoàng 26, Huỳnh 25, Phan 45, Vũ 20, Võ 19, Đặng 21,
	Bùi 20, Đỗ 14, Hồ 13, Ngô 13, Dương 10, Lý 5, Đinh 8, Trương 8, Lương 6, Mai 6, Đoàn 6, Trịnh 6, Đào 6, Cao 5,
	Lâm 5, Hà 5, Tạ 4, Tô 3, Thái 3, Châu 3, Quách 2, Vương 2, Tăng 2, Hứa 2, Nông 3, Lò 3, Giàng 2, Quàng 1, Vi 2,
	Triệu 2, Thạch 1, Kim 1, Sơn 1, Danh 1, Siu 1, Rơ 1, Niê 1, Chu 3, La 1, Từ 1, Doãn 1, Khuất 1, Phùng 2, Kiều 1`)

// Middle and given names by sex and generation: born before 1965, before 1990,
// and since.
var (
	middleMale = [3]list{
		parse(`Văn 55, Hữu 6, Đức 4, Xuân 5, Đình 6, Công 3, Ngọc 3, Bá 3, Quang 3, Minh 2, Viết 2, Trọng 2, Sỹ 1, Thế 2, Duy 1`),
		parse(`Văn 42, Hữu 6, Đức 6, Xuân 4, Đình 5, Công 4, Ngọc 5, Bá 2, Quang 5, Minh 5, Viết 2, Trọng 3, Thanh 5, Quốc 5, Anh 3, Mạnh 3, Hoàng 3, Thế 2`),
		parse(`Văn 18, Hữu 4, Đức 7, Xuân 2, Đình 4, Công 3, Ngọc 4, Quang 7, Minh 12, Trọng 3, Thanh 4, Quốc 6, Anh 4, Mạnh 3, Hoàng 6, Gia 7, Bảo 6, Tuấn 4, Duy 4, Nhật 3, Hải 2, Khánh 2`),
	}
	middleFemale = [3]list{
		parse(`Thị 85, Thị Kim 2, Thị Ngọc 2, Ngọc 3, Kim 3, Thị Thanh 2, Thị Mỹ 1, Thị Bích 1`),
		parse(`Thị 52, Thị Thu 6, Thị Thanh 6, Thị Kim 4, Thị Ngọc 4, Thị Hồng 4, Thị Mỹ 3, Thị Bích 3, Thị Minh 2, Thị Phương 2, Thị Lan 1, Ngọc 4, Kim 3, Thu 3, Thanh 3`),
		parse(`Thị 22, Thị Thu 5, Thị Thanh 5, Thị Kim 2, Thị Ngọc 5, Thị Hồng 3, Thị Mỹ 3, Thị Minh 3, Thị Phương 4, Ngọc 10, Thu 5, Thanh 6, Phương 6, Khánh 5, Bảo 5, Minh 5, Quỳnh 3, Hoàng 3, Thùy 4, Mai 2, Diệu 2, Gia 2`),
	}
	givenMale = [3]list{
		parse(`Hùng 4, Dũng 4, Sơn 4, Thành 4, Minh 4, Hải 4, Bình 4, Long 3, Thắng 4, Tuấn 2, Hòa 3, Tâm 2, Hưng 2, Hiền 1,
			Quang 3, Khánh 2, Lợi 3, Phúc 2, Lộc 2, Thọ 2, Đức 3, Chính 2, Tiến 3, Thanh 4, Xuân 1, Sáu 1, Ba 1, Bảy 1, Tư 1, Năm 1,
			Út 1, Hoạt 1, Nhân 2, Nghĩa 2, Trung 2, Dần 1, Thìn 1, Tỵ 1, Ngọ 1, Mùi 1, Thân 1, Tuất 1, Hợi 1, Sửu 1, Quý 2, Bảo 1, Cường 2, Vinh 2, An 1, Ân 1`),
		parse(`Hùng 6, Dũng 6, Sơn 5, Thành 5, Minh 5, Hải 5, Bình 4, Long 4, Thắng 5, Tuấn 7, Hòa 3, Tâm 2, Hưng 4, Hiếu 4,
			Quang 3, Khánh 2, Lợi 2, Phúc 2, Lộc 2, Đức 4, Tiến 4, Thanh 3, Cường 6, Nam 5, Trung 5, Hoàng 4, Tùng 4, Việt 3, Vinh 2, Toàn 3,
			Linh 2, Thịnh 2, Duy 2, Phong 2, Tú 3, Anh 4, Kiên 3, Quân 3, Tân 2, Nghĩa 2, Đạt 3, Huy 3, Trường 2, Phương 2, Hậu 1, Luân 1, Thái 2, Chiến 2, Mạnh 2, Quyết 1, An 1`),
		parse(`Anh 8, Huy 7, Khang 4, Bảo 4, Minh 7, Phúc 4, Khoa 4, Đạt 5, Long 4, Nam 4, Hiếu 5, Hoàng 5, Quân 4, Khôi 3, Phát 4,
			Duy 4, Tuấn 3, Dũng 3, Hùng 2, Đức 4, Thành 3, Trung 2, Kiên 3, Nguyên 3, Khánh 3, Thịnh 3, Tú 2, Vinh 2, Phong 4, Lâm 3,
			Tùng 2, Sơn 2, An 3, Nhật 2, Quang 3, Hải 2, Việt 2, Bách 1, Trí 2, Tài 2, Lộc 2, Nhân 2, Thiện 2, Hưng 3, Cường 2, Toàn 1, Ân 1, Tiến 2, Đăng 2, Kiệt 3`),
	}
	givenFemale = [3]list{
		parse(`Lan 5, Hoa 5, Hương 3, Hồng 4, Liên 4, Nga 3, Thanh 3, Mai 4, Cúc 3, Đào 2, Huệ 3, Nhung 2, Tuyết 3, Xuân 3, Thu 3,
			Hà 3, Bình 3, Hòa 2, Phượng 2, Loan 3, Oanh 2, Yến 2, Vân 3, Hiền 3, Tâm 3, Sen 2, Bé 2, Gái 1, Lành 1, Thơm 2, Sáu 1, Bảy 1,
			Tư 1, Năm 1, Út 1, Nhàn 2, Thảo 1, Thủy 2, Minh 2, Chín 1, Tám 1, Lài 1, Mùi 1, Tý 1, Dậu 1, Hợi 1, Nguyệt 3, Ngọc 3, Lý 2, Là 1`),
		parse(`Hương 7, Hà 6, Lan 5, Hoa 4, Hồng 4, Hằng 6, Nga 5, Thanh 3, Mai 4, Thủy 6, Huệ 2, Nhung 5, Tuyết 2, Vân 5, Thu 4,
			Hạnh 5, Bình 1, Hòa 2, Phượng 4, Loan 4, Oanh 3, Yến 4, Hiền 5, Tâm 3, Dung 4, Trang 6, Linh 4, Thảo 4, Huyền 4, Phương 6, Ngọc 4,
			Liên 3, Nguyệt 2, Thúy 4, Hường 2, Lệ 1, Quyên 2, Diệp 1, Trinh 2, Ngân 2, My 1, Anh 4, Chi 1, Giang 3, Hiên 1, Thơm 2, Xuyến 1, Kiều 2, Bích 2, Thùy 2, Lý 1, Hạ 1`),
		parse(`Anh 10, Linh 8, Trang 6, Thảo 5, Ngọc 5, Hà 4, Huyền 4, Phương 5, Vy 6, Nhi 6, Ngân 5, Hân 4, Trâm 4, My 4, Thư 4, Châu 3,
			Chi 4, Hương 3, Hằng 2, Mai 3, Quỳnh 4, Yến 3, Nhung 2, Giang 2, Thủy 1, Thúy 1, Vân 2, Uyên 3, Tiên 3, Trinh 2, Dung 2, Như 4, Trúc 3,
			Hiền 2, Ly 2, Khánh 2, An 3, Diệp 2, Duyên 3, Ánh 3, Lam 1, Đan 1, Tú 2, Nguyên 2, Minh 2, Oanh 1, Thy 1, Hoa 1, Lan 1, Hạnh 2, Hạ 1, Thanh 2`),
	}
)

// twinNames are names that parents give to twins: a letter or a diacritic apart.
var (
	twinsMale   = []string{"An", "Anh", "Hùng", "Hưng", "Long", "Lộc", "Tuấn", "Tuân", "Phúc", "Phước", "Minh", "Ninh", "Khoa", "Khôi", "Sơn", "Sang", "Hòa", "Hoan", "Đức", "Đạt"}
	twinsFemale = []string{"Hà", "Hạ", "Thủy", "Thùy", "Linh", "Lan", "Trang", "Trâm", "Ngân", "Nga", "Hồng", "Hoàng", "An", "Anh", "My", "Mỹ", "Hiền", "Hiên", "Thu", "Thư"}
)

func generation(year int) int {
	switch {
	case year < 1965:
		return 0
	case year < 1990:
		return 1
	}
	return 2
}

// middleName draws one; the young sometimes carry their mother's family name.
func (c *census) middleName(sex anlo.Sex, year int, mother string) string {
	g := generation(year)
	middle := &middleMale
	if sex == anlo.Female {
		middle = &middleFemale
	}
	m := middle[g].draw(c.rng)
	if mother != "" && g == 2 && c.chance(0.05) {
		m = mother + " " + m
	}
	return m
}

func (c *census) givenName(sex anlo.Sex, year int) string {
	if sex == anlo.Female {
		return givenFemale[generation(year)].draw(c.rng)
	}
	return givenMale[generation(year)].draw(c.rng)
}
