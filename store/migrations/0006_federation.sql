-- Officers who sign in at a provider of OpenID Connect, and with passkeys. What
-- a provider calls them is kept as a keyed code only.

-- +goose Up
CREATE TABLE staff_identity (
	issuer     TEXT   NOT NULL,
	subject    BYTEA  NOT NULL, -- keyed code
	staff      UUID   NOT NULL REFERENCES staff (id),
	created_at BIGINT NOT NULL,
	PRIMARY KEY (issuer, subject)
);

ALTER TABLE staff_grant ADD COLUMN issuer TEXT NOT NULL DEFAULT ''; -- whose claims gave the role; empty: given here

ALTER TABLE session ADD COLUMN subject BYTEA;          -- who signed in, keyed; null when not at a provider
ALTER TABLE session ADD COLUMN provider_session BYTEA; -- its sid, keyed

CREATE TABLE passkey (
	id         UUID PRIMARY KEY,
	staff      UUID   NOT NULL REFERENCES staff (id),
	credential BYTEA  NOT NULL UNIQUE, -- digest of its identifier
	sealed     BYTEA  NOT NULL,        -- its name, and the whole credential
	created_at BIGINT NOT NULL,
	used_at    BIGINT
);
CREATE INDEX passkey_staff ON passkey (staff);

CREATE TABLE used_once ( -- challenges, states and logout tokens that must not work again
	key   BYTEA PRIMARY KEY,
	until BIGINT NOT NULL
);
CREATE INDEX used_once_until ON used_once (until);
