package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// serveCached writes what is the same for everybody, and lets anybody keep it
// for a while. net/http answers If-None-Match, HEAD and ranges.
func serveCached(w http.ResponseWriter, r *http.Request, media string, age time.Duration, etag string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("ETag", etag)
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(age.Seconds())))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// etagOf returns an entity tag (RFC 9110, section 8.8.3) made of the content.
func etagOf(data []byte) string {
	sum := sha256.Sum256(data)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}
