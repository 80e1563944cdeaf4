-- People in office: their accounts, the roles given to them, their sessions;
-- and the keys of other systems. Small tables that every shard may hold.

-- +goose Up
CREATE TABLE staff (
	id             UUID PRIMARY KEY,
	login          TEXT   NOT NULL UNIQUE, -- a name for work, in the clear
	sealed         BYTEA  NOT NULL,        -- name, phone, e-mail
	person         BIGINT NOT NULL,        -- who they are themselves; 0 when not known
	password       TEXT   NOT NULL,        -- argon2id; empty for who signs in elsewhere only
	password_until BIGINT,                 -- of a first password, which must be changed
	totp           BYTEA,                  -- secret of their authenticator, sealed
	totp_step      BIGINT NOT NULL,        -- no code of this step or before works again
	created_at     BIGINT NOT NULL,
	disabled_at    BIGINT
);
CREATE INDEX staff_person ON staff (person) WHERE person <> 0;

CREATE TABLE staff_recovery ( -- codes for when the authenticator is lost, each once
	staff UUID  NOT NULL REFERENCES staff (id),
	code  BYTEA NOT NULL, -- keyed
	PRIMARY KEY (staff, code)
);

CREATE TABLE staff_grant (
	id         UUID PRIMARY KEY,
	staff      UUID   NOT NULL REFERENCES staff (id),
	role       TEXT   NOT NULL,
	list       TEXT   NOT NULL, -- empty for the whole country
	code       TEXT   NOT NULL,
	starts_at  BIGINT,
	ends_at    BIGINT,
	given_by   UUID,            -- null on the machine itself
	given_at   BIGINT NOT NULL,
	revoked_at BIGINT
);
CREATE INDEX staff_grant_staff ON staff_grant (staff);

CREATE TABLE session (
	id         UUID PRIMARY KEY,
	token_hash BYTEA  NOT NULL UNIQUE,
	staff      UUID   NOT NULL REFERENCES staff (id),
	acting     UUID REFERENCES staff_grant (id), -- the role in use; null until chosen
	created_at BIGINT NOT NULL,
	seen_at    BIGINT NOT NULL,
	device     TEXT   NOT NULL, -- "Chrome, Windows"
	factor     TEXT   NOT NULL
);
CREATE INDEX session_staff ON session (staff);

CREATE TABLE api_key (
	id         UUID PRIMARY KEY,
	name       TEXT   NOT NULL,
	token_hash BYTEA  NOT NULL UNIQUE,
	role       TEXT   NOT NULL,
	list       TEXT   NOT NULL,
	code       TEXT   NOT NULL,
	scopes     TEXT   NOT NULL, -- actions with spaces between
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at    BIGINT,
	revoked_at BIGINT
);
