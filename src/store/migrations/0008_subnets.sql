-- Private networks of databases. Two creates at once cannot take the same; a destroyed database frees its own.
-- Databases without a row were made before there was one: the engine chose their network.
CREATE TABLE subnets (
  subnet CIDR PRIMARY KEY,
  service_id UUID NOT NULL UNIQUE REFERENCES services (id),
  -- To nodes, in the life of the database. Only goes up.
  addresses_given INT NOT NULL DEFAULT 0
);
