-- People in office act in an area, and are looked up in the audit: by who they
-- are, and by whose data they touched. What citizens do with their own
-- declarations is found through these, and needs no index here.

-- +goose Up
ALTER TABLE audit ADD COLUMN area TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_actor ON audit (actor, id) WHERE actor IS NOT NULL;
CREATE INDEX audit_person ON audit (person, id) WHERE actor IS NOT NULL AND person <> 0;
