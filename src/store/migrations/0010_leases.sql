-- What one process of several may do at a time.
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  -- By this server's clock. The holder renews it long before.
  until TIMESTAMPTZ NOT NULL
);
