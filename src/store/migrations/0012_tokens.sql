-- A token is listed and revoked by its id. Revoking removes the row, so that an older API refuses the token too.
-- Those that a control plane has made for its own home have no created_by.
ALTER TABLE tokens
  ADD COLUMN id UUID NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  ADD COLUMN created_by VARCHAR(200),
  ADD COLUMN expires_at TIMESTAMPTZ,
  ADD COLUMN last_used_at TIMESTAMPTZ;

ALTER TABLE audit
  ADD COLUMN token_id UUID,
  ADD COLUMN request_id VARCHAR(100);

CREATE INDEX audit_by_project ON audit (project, id DESC);
