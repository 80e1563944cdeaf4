-- A declaration that was made once more says which one followed it.

-- +goose Up
ALTER TABLE declaration ADD COLUMN followed_by UUID;
