package api

import (
	"net/http"

	"anlo"
	"anlo/locale"
)

// language returns the language to answer in, "vi" or "en".
func language(r *http.Request) string {
	accept := r.Header.Get("Accept-Language")
	if accept == "" {
		return locale.Languages[0]
	}
	return locale.Match(accept, "", "")
}

// say puts a code of an error into words.
func say(lang, code string) string {
	w, ok := words[code]
	switch {
	case !ok:
		return locale.For(lang).T(code)
	case lang == "en":
		return w.en
	}
	return w.vi
}

// words has what a program must be told in other words than somebody at a
// form, and what only programs are told. Package locale has everything else.
var words = map[string]struct{ vi, en string }{
	"bad-request":        {"Không đọc được yêu cầu.", "The request could not be read."},
	"body.json":          {"Nội dung không phải là một giá trị JSON hoàn chỉnh.", "The body is not one complete JSON value."},
	"body.utf8":          {"Nội dung không phải là UTF-8 hợp lệ.", "The body is not valid UTF-8."},
	"commune.unknown":    {"Không có xã, phường, đặc khu nào mang mã này trong danh mục hiện hành.", "No commune of the current list has this code."},
	"date.malformed":     {"Hãy viết ngày theo ISO 8601, ví dụ 1990-01-31, hoặc chỉ ghi năm.", "Write the date as ISO 8601 says, for example 1990-01-31, or the year alone."},
	"datetime.malformed": {"Hãy viết thời điểm theo RFC 3339, ví dụ 2026-11-24T06:00:00+07:00.", "Write the time as RFC 3339 says, for example 2026-11-24T06:00:00+07:00."},
	"document.both":      {"Ghi số định danh hoặc số hộ chiếu, không ghi cả hai.", "Give an identity number or a passport number, not both."},
	"duplicate-field":    {"Trường này xuất hiện hai lần.", "This member appears twice."},
	"media-type":         {"Hãy gửi JSON không nén, với Content-Type: application/json.", "Send JSON, not compressed, with Content-Type: application/json."},
	"method-not-allowed": {"Địa chỉ này không nhận phương thức đó; tiêu đề Allow cho biết các phương thức được nhận.", "This address does not take that method; the Allow header says which it takes."},
	"not-acceptable":     {"Không có câu trả lời ở định dạng được yêu cầu.", "There is no answer in the format asked for."},
	"not-found":          {"Không có mục này, hoặc mục này không thuộc về bạn.", "There is no such thing, or it is not yours."},
	"timeout":            {"Yêu cầu được gửi đến quá chậm. Hãy thử lại.", "The request came too slowly. Try again."},
	"type":               {"Kiểu JSON của trường này không đúng.", "This member has the wrong JSON type."},
	"units.unknown":      {"Không có đơn vị hành chính này trong danh mục.", "The list has no such administrative unit."},
	"units.unknown-list": {"Không có danh mục đơn vị hành chính này.", "There is no such list of administrative units."},
	"unknown-field":      {"Không có trường nào tên như vậy.", "There is no member of this name."},
	"unsigned":           {"Thiếu mã truy cập, hoặc mã không đúng hay đã hết hạn.", "The bearer token is missing, wrong or no longer valid."},
	"value":              {"Giá trị này không được chấp nhận.", "This value is not accepted."},
}

func sayReason(lang string, r anlo.Reason) string {
	return locale.For(lang).T("reason." + string(r))
}
