-- How a browser signs in, and stays signed in. Both come from a token and end with it.

-- SHA-256 of each link. It is taken once, and gone with that.
CREATE TABLE tickets (
  hash CHAR(64) PRIMARY KEY,
  token_id UUID NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
  actor VARCHAR(200) NOT NULL,
  role VARCHAR(10) NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX tickets_by_token ON tickets (token_id);

-- SHA-256 of each half: the cookie, and the secret that only the page knows. insecure: the browser is on another machine, and
-- what it sends can be read on the way.
CREATE TABLE sessions (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  cookie_hash CHAR(64) NOT NULL UNIQUE,
  secret_hash CHAR(64) NOT NULL,
  token_id UUID NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
  actor VARCHAR(200) NOT NULL,
  role VARCHAR(10) NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  browser VARCHAR(200) NOT NULL,
  insecure BOOLEAN NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  last_seen_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_by_token ON sessions (token_id);
