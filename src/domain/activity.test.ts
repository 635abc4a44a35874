import { expect, test } from 'vitest';
import { activityText, type ActivityEntry } from './activity.ts';

test.each<[ActivityEntry['kind'], string, Record<string, unknown>, string]>([
  [
    'event',
    'failover',
    { previous_leader: 'postgres-4', new_leader: 'postgres-5' },
    'failover postgres-4 to postgres-5',
  ],
  ['event', 'node_unhealthy', { node: 'haproxy-2', cause: 'exited' }, 'node unhealthy haproxy-2: exited'],
  [
    'event',
    'stage_upgrade',
    { from_stage: 1, to_stage: 3, previous_leader: 'postgres-1', new_leader: 'postgres-2' },
    'stage upgrade pooling to ha',
  ],
  ['operation', 'expand', { from_stage: 0, to_stage: 2, status: 'done' }, 'expand single to replicas: done'],
  [
    'operation',
    'set_replicas',
    { from_stage: 2, to_stage: 2, status: 'rolled_back', error: 'No disk space.' },
    'set replicas: rolled back: No disk space',
  ],
  ['checkpoint', 'window_opened', { of: 'scale_down' }, 'rollback window opened, of scale down'],
  ['snapshot', 'snapshot_damaged', { snapshot: 'snap-1', damage: '2 files' }, 'snapshot damaged: snap-1: 2 files'],
  ['audit', 'refused', { code: 'operation_running' }, 'refused: operation_running'],
  ['audit', 'verify_snapshot', {}, 'verify snapshot'],
])('%s %s is said in words', (kind, type, details, words) => {
  expect(activityText({ kind, type, details })).toBe(words);
});
