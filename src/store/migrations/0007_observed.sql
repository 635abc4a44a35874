-- What was last seen of a database. Lost in a crash of this server: it is seen again.
CREATE UNLOGGED TABLE observed (
  service_id UUID PRIMARY KEY,
  -- When the look began, by this server's clock.
  seen_at TIMESTAMPTZ NOT NULL,
  -- When something happened last that may have changed what was seen.
  doubted_at TIMESTAMPTZ,
  live JSONB NOT NULL
);

-- Asked with every list of databases.
CREATE INDEX operations_running ON operations (service_id) WHERE status = 'running';
-- Asked every few seconds.
CREATE INDEX checkpoints_open ON checkpoints (service_id) WHERE status = 'open';
