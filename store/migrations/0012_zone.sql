-- Who put an area under a level, and why.

-- +goose Up
ALTER TABLE zone ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE zone ADD COLUMN staff UUID;
