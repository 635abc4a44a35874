-- One row per database and, below it, one per node.
CREATE TABLE services (
  id UUID PRIMARY KEY,
  parent_id UUID REFERENCES services (id),
  kind VARCHAR(20) NOT NULL,  -- database, front, postgres, pgbouncer, haproxy, etcd
  project VARCHAR(63) NOT NULL,
  name VARCHAR(63) NOT NULL,

  -- Databases only
  postgres_major INT,
  home VARCHAR(16),
  ports JSONB,

  -- Nodes only
  container VARCHAR(200),
  volume VARCHAR(200),
  mode VARCHAR(20),

  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  deleted_at TIMESTAMPTZ,

  CONSTRAINT node_has_parent CHECK ((kind = 'database') = (parent_id IS NULL))
);

-- A destroyed database keeps its row, because its history refers to it, and gives its name free.
CREATE UNIQUE INDEX services_database_name ON services (name) WHERE kind = 'database' AND deleted_at IS NULL;
CREATE INDEX services_parent ON services (parent_id);

-- Loopback ports that databases of this control plane hold. Two creates at once cannot take the same.
CREATE TABLE host_ports (
  port INT PRIMARY KEY,
  service_id UUID NOT NULL REFERENCES services (id)
);

CREATE TABLE postgres_cluster_state (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  service_id UUID NOT NULL UNIQUE REFERENCES services (id),
  stage INT NOT NULL DEFAULT 0,  -- 0 single, 1 pooling, 2 replicas, 3 ha

  pooling_enabled BOOLEAN DEFAULT FALSE,
  pgbouncer_service_id UUID REFERENCES services (id),
  pool_mode VARCHAR(20) DEFAULT 'transaction',
  default_pool_size INT DEFAULT 20,
  max_client_connections INT DEFAULT 100,

  replica_count INT DEFAULT 0,
  replication_mode VARCHAR(10) DEFAULT 'async',
  haproxy_service_id UUID REFERENCES services (id),
  haproxy_replicas INT DEFAULT 1,

  ha_enabled BOOLEAN DEFAULT FALSE,
  etcd_service_ids UUID[] DEFAULT '{}',
  patroni_service_ids UUID[] DEFAULT '{}',
  patroni_cluster_name VARCHAR(100),
  current_leader_id UUID,
  patroni_ttl_seconds INT DEFAULT 30,
  maximum_lag_on_failover BIGINT DEFAULT 1048576,  -- NULL: unlimited

  -- The whole of it; the columns above are taken from it.
  topology JSONB NOT NULL,

  created_at TIMESTAMPTZ DEFAULT NOW(),
  updated_at TIMESTAMPTZ DEFAULT NOW(),

  CONSTRAINT valid_stage CHECK (stage >= 0 AND stage <= 3)
);

CREATE TABLE postgres_expansion_events (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  cluster_id UUID NOT NULL REFERENCES postgres_cluster_state (id),
  event_type VARCHAR(50) NOT NULL,
  from_stage INT,
  to_stage INT,
  metadata JSONB,
  -- What makes recording it twice one event.
  key VARCHAR(200) UNIQUE,
  created_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE INDEX idx_expansion_events_cluster_created ON postgres_expansion_events (cluster_id, created_at DESC);
