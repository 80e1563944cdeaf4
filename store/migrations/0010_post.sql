-- What a post asks of its lanes, and what its head says of the queue.

-- +goose Up
ALTER TABLE checkpoint ADD COLUMN card_hours BIGINT NOT NULL DEFAULT 0; -- how long scanners may use a list of cards; 0: none
ALTER TABLE checkpoint ADD COLUMN queue BIGINT NOT NULL DEFAULT 0;      -- vehicles that waited when somebody last counted
ALTER TABLE checkpoint ADD COLUMN queue_at BIGINT NOT NULL DEFAULT 0;   -- 0: nobody ever has

CREATE TABLE post_surge ( -- times in which less was asked; the last one counts
	checkpoint UUID   NOT NULL REFERENCES checkpoint (id),
	id         UUID   NOT NULL,
	starts_at  BIGINT NOT NULL,
	ends_at    BIGINT NOT NULL, -- moved forward when ended early
	skip       TEXT   NOT NULL, -- words with blanks between
	reason     TEXT   NOT NULL,
	staff      UUID,
	PRIMARY KEY (checkpoint, id)
) /*sqlite WITHOUT ROWID*/;

CREATE INDEX post_surge_by_end ON post_surge (ends_at);
CREATE INDEX device_by_checkpoint ON device (checkpoint);
