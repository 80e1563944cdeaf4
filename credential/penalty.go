package credential

import "rsc.io/qr/coding"

// penalty is how hard a masked QR code is to read, by the four rules of ISO/IEC
// 18004, section 7.8.3: long runs, blocks, patterns that look like a finder,
// and an uneven share of dark.
func penalty(c *coding.Code) (sum int) {
	n := c.Size
	rows, columns := make([]byte, n*n), make([]byte, n*n) // 1 is dark
	dark := 0
	for y := range n {
		for x := range n {
			b := c.Bitmap[y*c.Stride+x/8] >> (7 - x%8) & 1
			rows[y*n+x], columns[x*n+y] = b, b
			dark += int(b)
		}
	}
	for i := range n {
		row := rows[i*n : (i+1)*n]
		sum += linePenalty(row) + linePenalty(columns[i*n:(i+1)*n])
		if i+1 == n {
			break
		}
		next := rows[(i+1)*n : (i+2)*n]
		for x := range n - 1 {
			if four := row[x] + row[x+1] + next[x] + next[x+1]; four == 0 || four == 4 {
				sum += 3
			}
		}
	}
	// Ten for each full 5 % by which the share departs from one half.
	return sum + 10*(max(2*dark-n*n, n*n-2*dark)*10/(n*n))
}

// linePenalty applies the first and the third rule to a row or column.
func linePenalty(line []byte) (sum int) {
	run := 0
	window := 0 // the last 11 modules, the newest lowest
	for j, b := range line {
		if j > 0 && b == line[j-1] {
			run++
		} else {
			run = 1
		}
		switch {
		case run == 5:
			sum += 3
		case run > 5:
			sum++
		}
		window = window<<1&0x7ff | int(b)
		// The finder's 1:1:3:1:1 with four light modules on one side.
		if j >= 10 && (window == 0b10111010000 || window == 0b00001011101) {
			sum += 40
		}
	}
	return sum
}
