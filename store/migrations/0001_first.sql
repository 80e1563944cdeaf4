-- One text for SQLite and PostgreSQL. Times are milliseconds since 1970 UTC.
-- What belongs to a person carries that person's blind index and has it in its
-- primary key, so that Citus can distribute by it; the rest are small tables
-- that every shard may hold a copy of.

-- +goose Up
CREATE TABLE data_key (
	name         TEXT PRIMARY KEY,
	wrapped      BYTEA,           -- null once destroyed
	created_at   BIGINT NOT NULL,
	destroyed_at BIGINT
);

CREATE TABLE unit_list (
	list    TEXT PRIMARY KEY,
	country TEXT NOT NULL,
	day     TEXT NOT NULL -- on which it was in force
);

CREATE TABLE unit (
	list       TEXT   NOT NULL,
	code       TEXT   NOT NULL,
	parent     TEXT   NOT NULL,
	kind       TEXT   NOT NULL,
	name       TEXT   NOT NULL,
	population BIGINT NOT NULL,
	lat        DOUBLE PRECISION NOT NULL,
	lon        DOUBLE PRECISION NOT NULL,
	PRIMARY KEY (list, code)
);

CREATE TABLE checkpoint (
	id         UUID PRIMARY KEY,
	name       TEXT   NOT NULL,
	list       TEXT   NOT NULL,
	commune    TEXT   NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE device (
	id         UUID PRIMARY KEY,
	checkpoint UUID   NOT NULL REFERENCES checkpoint (id),
	label      TEXT   NOT NULL,
	token_hash BYTEA  NOT NULL UNIQUE,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	revoked_at BIGINT
);

CREATE TABLE issuing_key (
	kid        BYTEA PRIMARY KEY,
	uses       BIGINT NOT NULL, -- bits of credential.KeyUse
	public     BYTEA  NOT NULL, -- SubjectPublicKeyInfo
	sealed     BYTEA  NOT NULL, -- the private key
	not_before BIGINT NOT NULL, -- signs from here
	sign_until BIGINT NOT NULL, -- to here
	not_after  BIGINT NOT NULL  -- and is believed until here
);

CREATE TABLE key_list ( -- signed by the root
	version    BIGINT PRIMARY KEY,
	signed     BYTEA  NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE bundle ( -- what scanners fetch; the newest is served
	version   BIGINT PRIMARY KEY,
	signed    BYTEA  NOT NULL,
	digest    BYTEA  NOT NULL, -- of the content without version and times
	issued_at BIGINT NOT NULL
);

CREATE TABLE status_day ( -- the next free place on a day's status list
	day  BIGINT PRIMARY KEY,
	next BIGINT NOT NULL
);

CREATE TABLE zone (
	id        UUID PRIMARY KEY,
	list      TEXT   NOT NULL,
	code      TEXT   NOT NULL,
	level     BIGINT NOT NULL,
	starts_at BIGINT NOT NULL,
	ends_at   BIGINT
);

CREATE TABLE register_person (
	person BIGINT PRIMARY KEY,
	sealed BYTEA NOT NULL
);

CREATE TABLE register_key ( -- numbers; name and birth date; commune and birth date
	key    BIGINT NOT NULL,
	person BIGINT NOT NULL,
	PRIMARY KEY (key, person)
);

CREATE TABLE declaration (
	id           UUID     NOT NULL, -- of the whole party
	traveller    SMALLINT NOT NULL, -- 0 leads
	person       BIGINT   NOT NULL,
	revision     INTEGER  NOT NULL,
	declared_at  BIGINT   NOT NULL,
	changed_at   BIGINT   NOT NULL,
	expires_at   BIGINT   NOT NULL,
	cancelled_at BIGINT,
	list         TEXT     NOT NULL,
	permanent    TEXT     NOT NULL,
	temporary    TEXT     NOT NULL,
	origin       TEXT     NOT NULL,
	destination  TEXT     NOT NULL,
	departs_at   BIGINT   NOT NULL,
	vehicle      TEXT     NOT NULL,
	purpose      TEXT     NOT NULL,
	phone_index  BIGINT   NOT NULL, -- 0 when there is no phone
	plate_index  BIGINT   NOT NULL,
	grade        TEXT     NOT NULL,
	matched      BIGINT   NOT NULL, -- the person in the register, 0 when none
	sealed       BYTEA    NOT NULL,
	PRIMARY KEY (id, traveller, person)
);
CREATE INDEX declaration_person ON declaration (person);
CREATE INDEX declaration_phone ON declaration (phone_index);
CREATE INDEX declaration_plate ON declaration (plate_index);

CREATE TABLE declaration_past ( -- every revision that was replaced
	id         UUID     NOT NULL,
	traveller  SMALLINT NOT NULL,
	revision   INTEGER  NOT NULL,
	person     BIGINT   NOT NULL,
	changed_at BIGINT   NOT NULL,
	grade      TEXT     NOT NULL,
	sealed     BYTEA    NOT NULL,
	PRIMARY KEY (id, traveller, revision, person)
);

CREATE TABLE pass (
	id           UUID     NOT NULL,
	person       BIGINT   NOT NULL,
	declaration  UUID     NOT NULL,
	traveller    SMALLINT NOT NULL, -- -1 for the pass of a party
	day          BIGINT   NOT NULL,
	status_index BIGINT   NOT NULL,
	issued_at    BIGINT   NOT NULL,
	expires_at   BIGINT   NOT NULL,
	revoked_at   BIGINT,
	sealed       BYTEA    NOT NULL,
	PRIMARY KEY (id, person)
);
CREATE INDEX pass_declaration ON pass (declaration);
CREATE INDEX pass_revoked ON pass (day, status_index) WHERE revoked_at IS NOT NULL;

CREATE TABLE idempotency (
	person      BIGINT NOT NULL,
	key         BIGINT NOT NULL,
	request     BYTEA  NOT NULL, -- keyed code of the body
	declaration UUID   NOT NULL,
	created_at  BIGINT NOT NULL,
	PRIMARY KEY (person, key)
);

CREATE TABLE scan (
	id          UUID   NOT NULL,
	person      BIGINT NOT NULL, -- 0 when the code was not one of our passes
	pass        UUID,
	checkpoint  UUID   NOT NULL,
	device      UUID   NOT NULL,
	scanned_at  BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	outcome     TEXT   NOT NULL,
	reasons     TEXT   NOT NULL,
	PRIMARY KEY (id, person)
);

CREATE TABLE outbox ( -- work that leaves with the change that caused it
	id          UUID     NOT NULL,
	person      BIGINT   NOT NULL,
	kind        TEXT     NOT NULL,
	declaration UUID     NOT NULL,
	traveller   SMALLINT NOT NULL,
	due_at      BIGINT   NOT NULL,
	attempts    INTEGER  NOT NULL,
	PRIMARY KEY (id, person)
);
CREATE INDEX outbox_due ON outbox (due_at);

CREATE TABLE audit (
	id      UUID   NOT NULL,
	person  BIGINT NOT NULL, -- whose data; 0 when nobody's
	at      BIGINT NOT NULL,
	role    TEXT   NOT NULL,
	actor   UUID,            -- the device, where there is one
	action  TEXT   NOT NULL,
	purpose TEXT   NOT NULL,
	object  UUID,
	PRIMARY KEY (id, person)
);
