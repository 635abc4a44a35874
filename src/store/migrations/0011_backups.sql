-- Databases whose record comes from a backup of these metadata: until a record has been compared with the nodes, or been
-- released by an operator, nothing acts on it.
CREATE TABLE holds (
  service_id UUID PRIMARY KEY REFERENCES services (id) ON DELETE CASCADE,
  taken_at TIMESTAMPTZ NOT NULL,
  compared_at TIMESTAMPTZ,
  differences JSONB NOT NULL DEFAULT '[]'
);

-- Backups that these metadata were made from, by the checksum at their end.
CREATE TABLE restorations (
  checksum CHAR(64) PRIMARY KEY,
  taken_at TIMESTAMPTZ NOT NULL,
  restored_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);
