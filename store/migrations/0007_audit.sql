-- The audit is sealed into a tamper-evident log of files beside the database,
-- and looked through for unusual reading. Both are done by one process at a
-- time, which is what duty is for.

-- +goose Up
CREATE TABLE duty (
	name      TEXT PRIMARY KEY,
	holder    UUID,
	holds_to  BIGINT NOT NULL, -- then another may take it
	mark      BIGINT NOT NULL  -- how far the work has come, by its own measure
);

CREATE TABLE audit_log (
	one        SMALLINT PRIMARY KEY CHECK (one = 1), -- there is one log
	origin     TEXT   NOT NULL,
	sealed     BYTEA  NOT NULL, -- the key that signs its checkpoints
	created_at BIGINT NOT NULL
);

CREATE TABLE audit_flag ( -- unusual reading, one row for an officer's day
	id       UUID PRIMARY KEY,
	actor    UUID   NOT NULL,
	rule     TEXT   NOT NULL,
	day      BIGINT NOT NULL, -- days since 1970, each from five in the morning
	n        BIGINT NOT NULL,
	from_at  BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	noted_at BIGINT, -- an auditor has looked into it
	noted_by UUID,
	UNIQUE (actor, rule, day)
);
