-- A tombstone keeps its value here, for people and for a relay of the release before (which sends
-- it: a reader takes both); the record itself goes without one, so that compaction forgets the key.
ALTER TABLE outbox ADD COLUMN tombstone boolean NOT NULL DEFAULT false;
