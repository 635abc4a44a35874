-- What the documents of operations say beside their steps' names. Null of operations from before it was recorded.
ALTER TABLE operations ADD COLUMN options JSONB, ADD COLUMN hand_over JSONB;
ALTER TABLE operation_steps ADD COLUMN traits JSONB, ADD COLUMN attempts INT, ADD COLUMN seen JSONB;

-- One that is protected is not destroyed.
ALTER TABLE services ADD COLUMN protected BOOLEAN NOT NULL DEFAULT FALSE;
