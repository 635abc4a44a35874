import type { DatabaseEntry } from '../../data/types.ts';

/** For tests: a healthy single server, but for what a test cares about. */
export const exampleEntry = (name: string, more: Partial<DatabaseEntry> = {}): DatabaseEntry => ({
  id: `4f-${name}`,
  project: 'default',
  name,
  postgres_major: 17,
  created_at: '2026-01-01T10:00:00.000Z',
  stage: 0,
  pooling: false,
  health: 'healthy',
  attention: null,
  reason: null,
  observed_at: '2026-01-01T12:00:00.000Z',
  leader: 'postgres-1',
  replicas: 0,
  max_lag_bytes: null,
  checkpoint_until: null,
  operation: null,
  monthly_usd: 15,
  ...more,
});
