package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

const mediaBytes = "application/octet-stream"

func (s *server) cards(doc huma.API) {
	huma.Register(doc, huma.Operation{
		OperationID: "cards",
		Method:      http.MethodGet,
		Path:        "/api/v1/cards",
		Tags:        []string{"checkpoints"},
		Summary:     "The encrypted list of those expected near the post",
		Description: "By it a scanner without a network finds the pass of somebody who shows an identity card and nothing else: each pass is encrypted under the " +
			"numbers of the cards that travel by it. At most 2 MB, made anew every ten minutes, to be thrown away after as many hours as the post's policy says. " +
			"204 when that allows no list.",
		Security: deviceToken,
		Errors:   []int{401, 403, 503},
		Responses: map[string]*huma.Response{
			"200": {Description: "The list", Content: map[string]*huma.MediaType{mediaBytes: {}}},
			"204": {Description: "This post keeps no list"},
		},
	}, s.readCards)
}

type cardsOutput struct {
	Status      int
	ContentType string `header:"Content-Type" hidden:"true"`
	Body        []byte
}

func (s *server) readCards(ctx context.Context, in *judgeInput) (*cardsOutput, error) {
	by, err := s.OpenDevice(ctx, in.bearer())
	if err != nil {
		return nil, err
	}
	data, err := s.Cards(ctx, in.as(by))
	if err != nil {
		return nil, err
	}
	if data == nil {
		return &cardsOutput{Status: http.StatusNoContent}, nil
	}
	return &cardsOutput{http.StatusOK, mediaBytes, data}, nil
}
