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
	kind        TEXT     NOT NULL, -- 'code', 'reminder'
	due_at      BIGINT   NOT NULL,
	attempts    INTEGER  NOT NULL,
	sealed      BYTEA    NOT NULL, -- phone and text
	PRIMARY KEY (id, person)
);
CREATE INDEX message_due ON message (due_at);
CREATE UNIQUE INDEX message_reminder ON message (declaration, person) WHERE kind = 'reminder';

CREATE TABLE message_day ( -- how many a phone was sent, so that nobody is pestered
	phone BIGINT NOT NULL, -- blind index
	day   BIGINT NOT NULL, -- days since 1970 in Hanoi
	n     BIGINT NOT NULL,
	PRIMARY KEY (phone, day)
);
CREATE INDEX message_day_day ON message_day (day);
