package app

import (
	"encoding/json"
	"time"

	"anlo"
	"anlo/store"
)

// Event is the body of a message to a receiver. It says that a notice changed
// and how it stands; whose it is, a receiver asks for under its own permission
// (docs/decisions/0010-thin-webhooks.md).
type Event struct {
	Type      string     `json:"type"` // "notice.created", "notice.changed", "notice.cancelled", "webhook.test"
	Timestamp time.Time  `json:"timestamp"`
	Data      *EventData `json:"data,omitempty"`
}

// EventData is what an event is about.
type EventData struct {
	Notice EventNotice `json:"notice"`
}

// EventNotice is a notice without the person.
type EventNotice struct {
	ID        anlo.NoticeID    `json:"id"`
	Commune   string           `json:"commune"`
	Roles     []string         `json:"roles"`
	State     anlo.NoticeState `json:"state"`
	Level     anlo.Level       `json:"level"`
	Version   int              `json:"version"`
	DueAt     time.Time        `json:"due_at,omitzero"`
	DepartsAt time.Time        `json:"departs_at"`
	ChangedAt time.Time        `json:"changed_at"`
}

// EventOf says how a notice stands.
func EventOf(n anlo.Notice) Event {
	e := Event{Type: "notice.changed", Timestamp: n.ChangedAt.UTC(), Data: &EventData{EventNotice{n.NoticeID, n.Commune.String(), n.Roles.Names(), n.State, n.Level,
		n.Version, n.DueAt.UTC(), n.DepartsAt.UTC(), n.ChangedAt.UTC()}}}
	switch {
	case n.State == anlo.NoticeCancelled:
		e.Type = "notice.cancelled"
	case n.Version == 0:
		e.Type = "notice.created"
	}
	return e
}

// giveUpAfter is how long a message is tried before it is a dead letter.
const giveUpAfter = 24 * time.Hour

func message(webhook anlo.ID, seq int64, e Event, now time.Time) (store.DeliveryRow, error) {
	body, err := json.Marshal(e)
	return store.DeliveryRow{ID: anlo.NewID(now), Webhook: webhook, Seq: seq, Body: string(body), CreatedAt: now, GiveUpAt: now.Add(giveUpAfter)}, err
}

// testMessage lets an administrator see at once whether a receiver answers.
func testMessage(webhook anlo.ID, seq int64, now time.Time) (store.DeliveryRow, error) {
	return message(webhook, seq, Event{Type: "webhook.test", Timestamp: now.UTC()}, now)
}
