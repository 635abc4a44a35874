-- Patroni alone may elect another leader: that is told like a failover of pgrow's own.
DROP INDEX expansion_events_untold;
CREATE INDEX expansion_events_untold ON postgres_expansion_events (created_at)
 WHERE event_type IN ('failover', 'leader_changed') AND NOT notified;
