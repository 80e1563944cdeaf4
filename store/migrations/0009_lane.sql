-- The lane: what scanners send, what is counted of it, and what matters now. The
-- new columns of a reading hold for old rows too.

-- +goose Up
ALTER TABLE scan ADD COLUMN kind TEXT NOT NULL DEFAULT 'pass';
ALTER TABLE scan ADD COLUMN decision TEXT NOT NULL DEFAULT ''; -- '' until the officer has decided
ALTER TABLE scan ADD COLUMN compared TEXT NOT NULL DEFAULT '';
ALTER TABLE scan ADD COLUMN people BIGINT NOT NULL DEFAULT 1;
ALTER TABLE scan ADD COLUMN took BIGINT NOT NULL DEFAULT 0; -- milliseconds from the code to the decision
ALTER TABLE scan ADD COLUMN revision BIGINT NOT NULL DEFAULT 0; -- of what the officer found out and did

ALTER TABLE device ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0; -- 0: never yet
ALTER TABLE device ADD COLUMN bundle_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN waiting BIGINT NOT NULL DEFAULT 0;

CREATE TABLE enrolment ( -- one-time codes by which a phone becomes a device
	code_hash  BYTEA  PRIMARY KEY,
	checkpoint UUID   NOT NULL REFERENCES checkpoint (id),
	label      TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at    BIGINT
);

CREATE TABLE post_minute ( -- readings by minute, added up in the transaction that keeps them
	checkpoint UUID   NOT NULL,
	minute     BIGINT NOT NULL, -- minutes since 1970
	what       TEXT   NOT NULL, -- an outcome, a decision, or "reason:" and a reason
	readings   BIGINT NOT NULL,
	people     BIGINT NOT NULL,
	took       BIGINT NOT NULL, -- milliseconds, of the readings that say it
	timed      BIGINT NOT NULL, -- how many those are
	PRIMARY KEY (checkpoint, minute, what)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE post_alert ( -- what we knew and the lane did not, while it matters
	checkpoint UUID   NOT NULL,
	id         UUID   NOT NULL,
	scan       UUID   NOT NULL,
	device     UUID   NOT NULL,
	scanned_at BIGINT NOT NULL,
	reason     TEXT   NOT NULL,
	elsewhere  UUID,            -- the other post
	seen_at    BIGINT NOT NULL, -- there, or here before; 0 when the reason is another
	km         BIGINT NOT NULL, -- between the two
	PRIMARY KEY (checkpoint, id)
) /*sqlite WITHOUT ROWID*/;
