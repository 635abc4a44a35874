-- When a snapshot was last read through, and what was wrong with it then. One is recorded only once it has been verified.
ALTER TABLE snapshots ADD COLUMN verified_at TIMESTAMPTZ, ADD COLUMN damage TEXT;
UPDATE snapshots SET verified_at = created_at;
