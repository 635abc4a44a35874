-- AES-256-GCM: 12 bytes nonce, 16 bytes tag, ciphertext. The key is not in this database.
CREATE TABLE secrets (
  service_id UUID NOT NULL,
  name VARCHAR(60) NOT NULL,
  ciphertext BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  PRIMARY KEY (service_id, name)
);

-- SHA-256 of each token. Project * is every project.
CREATE TABLE tokens (
  hash CHAR(64) PRIMARY KEY,
  actor VARCHAR(200) NOT NULL,
  project VARCHAR(63) NOT NULL,
  role VARCHAR(10) NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE TABLE audit (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  actor VARCHAR(200) NOT NULL,
  project VARCHAR(63) NOT NULL,
  service_id UUID,
  action VARCHAR(60) NOT NULL,
  details JSONB NOT NULL
);
