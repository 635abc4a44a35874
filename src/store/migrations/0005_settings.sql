-- What all servers of a database are given in place of pgrow's own choice; null where it has not been looked at yet.
ALTER TABLE postgres_cluster_state ADD COLUMN settings JSONB;
