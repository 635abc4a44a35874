-- Where notices go. URLs, signing secrets and passwords are in the table secrets, under the id of the channel.
CREATE TABLE notification_channels (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  name VARCHAR(63) NOT NULL,
  project VARCHAR(63) NOT NULL,  -- * for all
  database VARCHAR(63),  -- name; NULL for all of the project
  settings JSONB NOT NULL,
  target TEXT NOT NULL,  -- for people, without what is secret
  events TEXT[] NOT NULL,
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  disabled_because TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  created_by VARCHAR(200) NOT NULL,
  UNIQUE (project, name)
);

-- What there was to say, once for each thing that a channel hears of.
CREATE TABLE notices (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  key VARCHAR(200) NOT NULL UNIQUE,
  type VARCHAR(60) NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  project VARCHAR(63) NOT NULL,
  database VARCHAR(63),
  data JSONB NOT NULL
);
CREATE INDEX notices_at ON notices (at);

CREATE TABLE notification_deliveries (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  notice_id UUID NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
  channel_id UUID NOT NULL REFERENCES notification_channels (id) ON DELETE CASCADE,
  state VARCHAR(10) NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
  -- Each time that it is sent again on request begins another.
  round INT NOT NULL DEFAULT 1,
  attempts INT NOT NULL DEFAULT 0,
  error TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  -- When the workflow of this round was started; NULL until then.
  started_at TIMESTAMPTZ,
  attempted_at TIMESTAMPTZ,
  next_attempt_at TIMESTAMPTZ,
  ended_at TIMESTAMPTZ,
  UNIQUE (notice_id, channel_id)
);
CREATE INDEX notification_deliveries_newest ON notification_deliveries (created_at DESC, id DESC);
CREATE INDEX notification_deliveries_channel ON notification_deliveries (channel_id);
CREATE INDEX notification_deliveries_pending ON notification_deliveries (started_at) WHERE state = 'pending';

-- Until when what happened has been told. What happened before there were notices is told no more.
ALTER TABLE operations ADD COLUMN notified VARCHAR(20);
UPDATE operations SET notified = status;
CREATE INDEX operations_untold ON operations (started_at) WHERE notified IS DISTINCT FROM status;

ALTER TABLE postgres_expansion_events ADD COLUMN notified BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE postgres_expansion_events ALTER COLUMN notified SET DEFAULT FALSE;
CREATE INDEX expansion_events_untold ON postgres_expansion_events (created_at)
 WHERE event_type = 'failover' AND NOT notified;

ALTER TABLE checkpoints ADD COLUMN closing_notified BOOLEAN NOT NULL DEFAULT FALSE;
