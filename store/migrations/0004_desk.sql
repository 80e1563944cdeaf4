-- The desk of the communes. A notice is one traveller's declaration in one
-- commune; Citus distributes notices and their history by commune, so each key
-- begins with it. What is personal is sealed. SQLite keeps these tables in the
-- order of their keys, so that a desk lies together on disk; what stands in a
-- comment that begins with its name is for it alone.

-- +goose Up
CREATE TABLE notice (
	list        TEXT     NOT NULL,
	commune     TEXT     NOT NULL,
	declaration UUID     NOT NULL,
	traveller   SMALLINT NOT NULL,
	person      BIGINT   NOT NULL,
	revision    INTEGER  NOT NULL, -- of the declaration
	roles       SMALLINT NOT NULL, -- bits of anlo.NoticeRole
	state       TEXT     NOT NULL,
	level       SMALLINT NOT NULL, -- 0 commune, 1 province, 2 ministry
	due_at      BIGINT,            -- null when nothing is left to do
	departs_at  BIGINT   NOT NULL,
	created_at  BIGINT   NOT NULL,
	changed_at  BIGINT   NOT NULL,
	version     INTEGER  NOT NULL,
	seq         BIGINT   NOT NULL, -- order of changes, in which they were committed
	until       TEXT     NOT NULL, -- last day of quarantine
	grade       TEXT     NOT NULL,
	changed     SMALLINT NOT NULL, -- 1: corrected since somebody acted
	sealed      BYTEA    NOT NULL,
	PRIMARY KEY (list, commune, declaration, traveller)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX notice_declaration ON notice (declaration);
CREATE INDEX notice_seq ON notice (list, commune, seq);
CREATE INDEX notice_feed ON notice (list, seq);
CREATE INDEX notice_climbed ON notice (list, level, due_at, declaration, traveller, commune, state) WHERE due_at IS NOT NULL AND level > 0;
CREATE INDEX notice_climbed_in ON notice (list, commune, due_at, declaration, traveller, state, level) WHERE due_at IS NOT NULL AND level > 0;
CREATE INDEX notice_open ON notice (list, commune, due_at, declaration, traveller, state, level) WHERE due_at IS NOT NULL;

CREATE TABLE follow_up ( -- the history of a notice
	list        TEXT     NOT NULL,
	commune     TEXT     NOT NULL,
	declaration UUID     NOT NULL,
	traveller   SMALLINT NOT NULL,
	id          UUID     NOT NULL,
	version     INTEGER  NOT NULL, -- of the notice, after it
	at          BIGINT   NOT NULL,
	kind        TEXT     NOT NULL,
	role        TEXT     NOT NULL,
	actor       UUID,
	sealed      BYTEA    NOT NULL,
	PRIMARY KEY (list, commune, declaration, traveller, id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE sequence ( -- numbers given out in the order of commits: the row stays locked until then
	name TEXT   PRIMARY KEY,
	last BIGINT NOT NULL
);
INSERT INTO sequence (name, last) VALUES ('notice', 0);

CREATE TABLE area_day ( -- what happened, by the commune or province ('' for the country) and the day in Hanoi
	list        TEXT   NOT NULL,
	area        TEXT   NOT NULL,
	day         BIGINT NOT NULL, -- days since 1970
	arrivals    BIGINT NOT NULL,
	departures  BIGINT NOT NULL,
	exact       BIGINT NOT NULL,
	probable    BIGINT NOT NULL,
	mismatch    BIGINT NOT NULL,
	not_found   BIGINT NOT NULL,
	unavailable BIGINT NOT NULL,
	asked       BIGINT NOT NULL,
	reached     BIGINT NOT NULL,
	found       BIGINT NOT NULL,
	quarantined BIGINT NOT NULL,
	released    BIGINT NOT NULL,
	PRIMARY KEY (list, area, day)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE flow_day ( -- travellers between provinces
	list        TEXT   NOT NULL,
	day         BIGINT NOT NULL,
	origin      TEXT   NOT NULL,
	destination TEXT   NOT NULL,
	travellers  BIGINT NOT NULL,
	PRIMARY KEY (list, day, origin, destination)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE area_work ( -- work that lies open, counted anew every half minute
	list        TEXT   NOT NULL,
	area        TEXT   NOT NULL,
	fresh       BIGINT NOT NULL,
	open        BIGINT NOT NULL,
	overdue     BIGINT NOT NULL,
	monitoring  BIGINT NOT NULL,
	at_province BIGINT NOT NULL,
	at_ministry BIGINT NOT NULL,
	counted_at  BIGINT NOT NULL,
	PRIMARY KEY (list, area)
) /*sqlite WITHOUT ROWID*/;

CREATE INDEX scan_person ON scan (person, id) WHERE person <> 0;
