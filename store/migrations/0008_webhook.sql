-- Receivers of changes in other systems, and what is on its way to them. Small
-- tables, that every shard may hold a copy of. A body names notices and nobody.

-- +goose Up
CREATE TABLE webhook (
	id           UUID PRIMARY KEY,
	url          TEXT    NOT NULL,
	label        TEXT    NOT NULL,
	list         TEXT    NOT NULL,
	area         TEXT    NOT NULL, -- a commune or province; '' for the country
	sealed       BYTEA   NOT NULL, -- the secrets that sign
	seq          BIGINT  NOT NULL, -- of the last change that became a delivery
	created_at   BIGINT  NOT NULL,
	paused_at    BIGINT,
	gone         INTEGER NOT NULL, -- 1: paused because the receiver said so
	failures     INTEGER NOT NULL, -- in a row
	due_at       BIGINT  NOT NULL, -- not tried before
	leased_until BIGINT  NOT NULL  -- whoever sends to it now has until then
);

CREATE TABLE webhook_delivery (
	id           UUID PRIMARY KEY, -- the webhook-id of the message, the same on every try
	webhook      UUID    NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
	seq          BIGINT  NOT NULL,
	body         TEXT    NOT NULL,
	created_at   BIGINT  NOT NULL,
	give_up_at   BIGINT  NOT NULL, -- a dead letter when it fails from here on
	attempts     INTEGER NOT NULL,
	outcome      TEXT    NOT NULL, -- of the last try: a status, or the code of an error; '' before the first
	tried_at     BIGINT,
	delivered_at BIGINT,
	dead_at      BIGINT,
	UNIQUE (webhook, seq)
);
CREATE INDEX webhook_waiting ON webhook_delivery (webhook, seq) WHERE delivered_at IS NULL AND dead_at IS NULL;
CREATE INDEX webhook_delivered ON webhook_delivery (delivered_at) WHERE delivered_at IS NOT NULL;
