package api

import (
	"net/http"
	"strconv"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/credential"
)

// language returns the language to answer in, "vi" or "en": the one of the two
// that Accept-Language likes better (RFC 9110, section 12.5.4), Vietnamese
// when it does not say.
func language(r *http.Request) string {
	best, weight := "vi", 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64)
		}
		if (primary == "vi" || primary == "en") && q > weight {
			best, weight = primary, q
		}
	}
	return best
}

// say puts a code of an error into words.
func say(lang, code string) string {
	if w, ok := words[code]; ok {
		if lang == "en" {
			return w.en
		}
		return w.vi
	}
	return code
}

// words has the codes that only programs meet, and so only this door speaks;
// package locale has all others.
var words = map[string]struct{ vi, en string }{
	"bad-request":        {"Không đọc được yêu cầu.", "The request could not be read."},
	"body.json":          {"Nội dung không phải là một giá trị JSON hoàn chỉnh.", "The body is not one complete JSON value."},
	"body.utf8":          {"Nội dung không phải là UTF-8 hợp lệ.", "The body is not valid UTF-8."},
	"document.both":      {"Ghi số định danh hoặc số hộ chiếu, không ghi cả hai.", "Give an identity number or a passport number, not both."},
	"duplicate-field":    {"Trường này xuất hiện hai lần.", "This member appears twice."},
	"media-type":         {"Hãy gửi JSON không nén, với Content-Type: application/json.", "Send JSON, not compressed, with Content-Type: application/json."},
	"method-not-allowed": {"Địa chỉ này không nhận phương thức đó; tiêu đề Allow cho biết các phương thức được nhận.", "This address does not take that method; the Allow header says which it takes."},
	"not-acceptable":     {"Không có câu trả lời ở định dạng được yêu cầu.", "There is no answer in the format asked for."},
	"time.malformed":     {"Hãy viết thời điểm theo RFC 3339, ví dụ 2026-11-24T06:00:00+07:00.", "Write the time as RFC 3339 says, for example 2026-11-24T06:00:00+07:00."},
	"timeout":            {"Yêu cầu được gửi đến quá chậm. Hãy thử lại.", "The request came too slowly. Try again."},
	"type":               {"Kiểu JSON của trường này không đúng.", "This member has the wrong JSON type."},
	"units.unknown":      {"Không có đơn vị hành chính này trong danh mục.", "The list has no such administrative unit."},
	"units.unknown-list": {"Không có danh mục đơn vị hành chính này.", "There is no such list of administrative units."},
	"unknown-field":      {"Không có trường nào tên như vậy.", "There is no member of this name."},
	"value":              {"Giá trị này không được chấp nhận.", "This value is not accepted."},
}

func sayReason(lang string, r anlo.Reason) string { return string(r) }

func slip(lang string, d *app.Declared, p *anlo.Pass) credential.SlipContent {
	return credential.SlipContent{}
}
