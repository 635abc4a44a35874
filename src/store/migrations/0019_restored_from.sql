-- Which snapshot a database began with; null of one that began empty, or was restored before that was recorded.
ALTER TABLE services ADD COLUMN restored_from JSONB;
CREATE INDEX services_by_source ON services ((restored_from ->> 'service_id')) WHERE restored_from IS NOT NULL;
