-- A step that waits for something, a message or the end of a grace period, has not begun.
ALTER TABLE operation_steps ADD COLUMN waiting BOOLEAN NOT NULL DEFAULT FALSE;

-- What was asked for is found by them while no worker has taken it up.
CREATE INDEX audit_operation ON audit ((details ->> 'operation_id'));
CREATE INDEX audit_service ON audit (service_id);
CREATE INDEX audit_database ON audit ((details ->> 'database'));
