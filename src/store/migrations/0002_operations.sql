CREATE TABLE operations (
  id UUID PRIMARY KEY,
  service_id UUID NOT NULL REFERENCES services (id),
  workflow_id VARCHAR(200) NOT NULL,
  run_id VARCHAR(100),
  type VARCHAR(30) NOT NULL,
  status VARCHAR(20) NOT NULL DEFAULT 'running',
  plan JSONB NOT NULL,
  from_stage INT,
  to_stage INT,
  stall_ms DOUBLE PRECISION,
  error JSONB,
  actor VARCHAR(200) NOT NULL,
  started_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  ended_at TIMESTAMPTZ
);

CREATE INDEX operations_service ON operations (service_id, started_at DESC);

CREATE TABLE operation_steps (
  operation_id UUID NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  index INT NOT NULL,
  name VARCHAR(200) NOT NULL,
  phase VARCHAR(100) NOT NULL,
  status VARCHAR(20) NOT NULL DEFAULT 'pending',
  detail TEXT,
  started_at TIMESTAMPTZ,
  ended_at TIMESTAMPTZ,
  PRIMARY KEY (operation_id, index)
);

-- One row per Idempotency-Key: which operation the first request with it was given.
CREATE TABLE idempotency_keys (
  project VARCHAR(63) NOT NULL,
  key VARCHAR(200) NOT NULL,
  request_hash CHAR(64) NOT NULL,
  operation_id UUID NOT NULL,
  service_id UUID NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  PRIMARY KEY (project, key)
);

CREATE TABLE snapshots (
  id VARCHAR(100) NOT NULL,
  service_id UUID NOT NULL REFERENCES services (id),
  operation_id UUID REFERENCES operations (id),
  volume VARCHAR(200) NOT NULL,
  bytes BIGINT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  expires_at TIMESTAMPTZ,
  PRIMARY KEY (service_id, id)
);

CREATE TABLE checkpoints (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  service_id UUID NOT NULL REFERENCES services (id),
  operation_id UUID NOT NULL UNIQUE REFERENCES operations (id),
  stage INT NOT NULL,
  timestamp TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  snapshot_id VARCHAR(100),
  services_created JSONB NOT NULL,
  config_changes JSONB NOT NULL,
  health_check_endpoint VARCHAR(200) NOT NULL,
  rollback_available_until TIMESTAMPTZ NOT NULL,
  status VARCHAR(10) NOT NULL DEFAULT 'open',
  closed_at TIMESTAMPTZ
);

CREATE INDEX checkpoints_service ON checkpoints (service_id, timestamp DESC);
