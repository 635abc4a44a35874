-- Which databases have changed, and in which transaction: who shows all of them reads those again and no others. Triggers note
-- it, so that every writer does, also one of an older version.
--
-- A reader asks for what was changed by transactions that had not ended at its last look (pg_snapshot_xmin). One of those that
-- commits late is therefore never missed; a sequence would skip it.
CREATE TABLE changed_databases (
  service_id UUID NOT NULL,
  changed_in XID8 NOT NULL,
  PRIMARY KEY (service_id, changed_in)
);

-- A restore drops the tables and applies this again, so the functions may be there.
--
-- Never waits for another writer: two that change the same database would otherwise lock it and its other rows in different orders.
CREATE OR REPLACE FUNCTION note_changed_database(changed UUID) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
  IF changed IS NULL
     OR EXISTS (SELECT FROM changed_databases WHERE service_id = changed AND changed_in = pg_current_xact_id()) THEN
    RETURN;
  END IF;
  DELETE FROM changed_databases
   WHERE service_id = changed
     AND changed_in IN (SELECT changed_in FROM changed_databases WHERE service_id = changed FOR UPDATE SKIP LOCKED);
  INSERT INTO changed_databases (service_id, changed_in) VALUES (changed, pg_current_xact_id());
END
$$;

CREATE OR REPLACE FUNCTION note_changed_row() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  changed RECORD := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  IF TG_TABLE_NAME = 'services' THEN
    PERFORM note_changed_database(coalesce(changed.parent_id, changed.id));
  ELSIF TG_TABLE_NAME = 'operation_steps' THEN
    PERFORM note_changed_database((SELECT service_id FROM operations WHERE id = changed.operation_id));
  ELSE
    PERFORM note_changed_database(changed.service_id);
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON services
  FOR EACH ROW EXECUTE FUNCTION note_changed_row();
CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON postgres_cluster_state
  FOR EACH ROW EXECUTE FUNCTION note_changed_row();
CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON operations
  FOR EACH ROW EXECUTE FUNCTION note_changed_row();
CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON operation_steps
  FOR EACH ROW EXECUTE FUNCTION note_changed_row();
CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON checkpoints
  FOR EACH ROW EXECUTE FUNCTION note_changed_row();
CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON holds
  FOR EACH ROW EXECUTE FUNCTION note_changed_row();
CREATE TRIGGER note_changed AFTER INSERT OR DELETE ON observed
  FOR EACH ROW EXECUTE FUNCTION note_changed_row();
-- The monitor looks at each every few seconds and mostly sees the same. That is a change where the last look was so old that it may
-- have said nothing of the present any longer (staleAfterMs in src/domain/observed.ts is half a minute).
CREATE TRIGGER note_changed_look AFTER UPDATE ON observed
  FOR EACH ROW WHEN (NEW.live IS DISTINCT FROM OLD.live OR OLD.seen_at < clock_timestamp() - INTERVAL '20 seconds')
  EXECUTE FUNCTION note_changed_row();
