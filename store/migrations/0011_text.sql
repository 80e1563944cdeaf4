-- Those without a smartphone: short codes by text message, and an identity card
-- alone.

-- +goose Up

-- Who declared with another number than the register has for them (the old
-- card, a slip of a finger) is found by the number on the card they carry.
CREATE INDEX declaration_matched ON declaration (matched) WHERE matched <> 0 AND matched <> person;

CREATE TABLE short_code ( -- eight characters that stand for a declaration while its passes last
	code        BIGINT PRIMARY KEY, -- blind index
	person      BIGINT NOT NULL,
	declaration UUID   NOT NULL,
	expires_at  BIGINT NOT NULL
);
CREATE INDEX short_code_expires ON short_code (expires_at);

CREATE TABLE message ( -- texts that wait to be handed to the gateway
	id          UUID     NOT NULL,
	person      BIGINT   NOT NULL,
	declaration UUID     NOT NULL,
	phone       BIGINT   NOT NULL, -- blind index
	kind        TEXT     NOT NULL, -- 'code', 'reminder'
	created_at  BIGINT   NOT NULL,
	due_at      BIGINT,            -- null once there is nothing left to do
	attempts    INTEGER  NOT NULL,
	sealed      BYTEA    NOT NULL, -- phone and text; empty once there is nothing left to do
	PRIMARY KEY (id, person)
);
CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_phone ON message (phone, created_at);
CREATE UNIQUE INDEX message_reminder ON message (declaration) WHERE kind = 'reminder';
