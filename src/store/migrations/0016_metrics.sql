-- What was measured of databases in the last day, some minutes to a row. Lost in a crash of this server, as what was seen is.
CREATE UNLOGGED TABLE metrics (
  service_id UUID NOT NULL,
  -- When the first of its numbers was measured, by the monitor's clock.
  begins TIMESTAMPTZ NOT NULL,
  samples JSONB NOT NULL,
  PRIMARY KEY (service_id, begins)
);
CREATE INDEX metrics_begins ON metrics (begins);
