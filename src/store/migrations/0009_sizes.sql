-- What each PostgreSQL server of a database is given: {"memory_bytes": 1073741824, "cpus": 2}. Null, of databases made before
-- there was a choice, is that.
ALTER TABLE services ADD COLUMN size JSONB;
