-- The token that a token has been replaced by: its id, also once that one is revoked.
ALTER TABLE tokens ADD COLUMN successor UUID;
