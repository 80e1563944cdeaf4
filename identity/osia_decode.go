package identity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// difference is one entry of the answer to match.
type difference struct {
	attribute string
	unknown   bool // the register has no such attribute, rather than another value
}

// decodeDifferences reads the answer to match, an array of MatchingError. An
// empty array means that everything agrees, so nothing else may pass for one.
func decodeDifferences(body []byte) ([]difference, error) {
	var list *[]struct {
		AttributeName *string `json:"attributeName"`
		ErrorCode     *int32  `json:"errorCode"`
	}
	if err := json.Unmarshal(body, &list); err != nil || list == nil {
		return nil, fmt.Errorf("match: %w", ErrRegisterGarbled)
	}
	var out []difference
	for _, e := range *list {
		if e.AttributeName == nil || e.ErrorCode == nil || *e.ErrorCode != 0 && *e.ErrorCode != 1 {
			return nil, fmt.Errorf("match: %w", ErrRegisterGarbled)
		}
		out = append(out, difference{*e.AttributeName, *e.ErrorCode == 0})
	}
	return out, nil
}

// decodeAttributes reads a record: a flat object of scalars, where {"code": …}
// stands for an attribute that cannot be had.
func decodeAttributes(body []byte) (map[string]string, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return nil, fmt.Errorf("attributes: %w", ErrRegisterGarbled)
	}
	return scalars(raw)
}

// decodeList reads what was found by searching.
func decodeList(body []byte) ([]map[string]string, error) {
	var raw []map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return nil, fmt.Errorf("list: %w", ErrRegisterGarbled)
	}
	var out []map[string]string
	for _, r := range raw {
		attributes, err := scalars(r)
		if err != nil {
			return nil, err
		}
		out = append(out, attributes)
	}
	return out, nil
}

// maxValue is more than any attribute has, in bytes.
const maxValue = 1000

func scalars(raw map[string]json.RawMessage) (map[string]string, error) {
	out := map[string]string{}
	for name, v := range raw {
		var value any
		decoder := json.NewDecoder(bytes.NewReader(v))
		decoder.UseNumber()
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("attributes: %w", ErrRegisterGarbled)
		}
		switch value := value.(type) {
		case string:
			out[name] = value
		case json.Number:
			out[name] = value.String()
		case bool:
			out[name] = strconv.FormatBool(value)
		case nil:
		case map[string]any:
			if _, ok := value["code"]; !ok {
				return nil, fmt.Errorf("attributes: %w", ErrRegisterGarbled)
			}
		default:
			return nil, fmt.Errorf("attributes: %w", ErrRegisterGarbled)
		}
		if len(out[name]) > maxValue {
			return nil, fmt.Errorf("attributes: %w", ErrRegisterGarbled)
		}
	}
	return out, nil
}
