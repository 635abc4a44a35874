import { expect, test } from 'vitest';
import { haTopology, sampleDatabase, samplePasswords } from '../../test/support/sample-database.ts';
import { steadyMs } from '../domain/fail-back.ts';
import type { HaOptions } from '../domain/options.ts';
import { failBack } from './fail-back.ts';

/** The database `shop`, led by postgres-3 since postgres-2 failed; both replicas stream without lag. */
const rounds = async (ha: Partial<HaOptions>, count: number) => {
  const record = sampleDatabase('shop');
  const topology = haTopology(record);
  const database = { ...record, topology: { ...topology, primary: 'postgres-3', ha: { ...topology.ha!, ...ha } } };
  const stopping = new AbortController();
  const begun: unknown[] = [];
  let round = 0;
  let clock = Date.now();
  const end = async () => undefined;
  const store = {
    listDatabases: async () => {
      round += 1;
      clock += steadyMs;
      if (round > count) stopping.abort();
      return round > count ? [] : [database];
    },
    isBusy: async () => false,
    readDatabase: async () => database,
    readSecrets: async () => samplePasswords,
    listEvents: async () => [
      {
        event_type: 'leader_changed',
        metadata: { previous_leader: 'postgres-2', new_leader: 'postgres-3' },
        created_at: new Date(0).toISOString(),
      },
    ],
  };
  const components = {
    patroni: {
      createPatroniClient: () => ({
        cluster: async () => ({ members: [{ name: 'postgres-3', role: 'leader', state: 'running' }] }),
        close: end,
      }),
    },
    postgres: {
      connectPostgres: async () => ({ query: async () => [], end }),
      isReplica: async () => false,
      readReplication: async () => [
        { name: 'postgres-2', state: 'streaming', lag_bytes: 0, sync_state: 'async' },
        { name: 'postgres-4', state: 'streaming', lag_bytes: 0, sync_state: 'sync' },
      ],
    },
  };
  const dependencies = {
    store,
    components,
    platform: { inspectContainer: async () => ({ running: true, address: '10.0.0.2', exitCode: null }) },
    log: { info: () => undefined, warn: (fields: object) => expect(fields).toBeNull() },
    client: { start: async (_workflow: string, input: object) => void begun.push(input) },
  } as unknown as Parameters<typeof failBack>[0];
  await failBack(dependencies, stopping.signal, { everyMs: 1, now: () => clock });
  return begun;
};

test('a node that led and streams again is made the leader, once', async () => {
  expect(await rounds({ auto_failback: true }, 8)).toMatchObject([{ target_node: 'postgres-2' }]);
});

// The planner refuses a standby that confirms no commits, and nothing remembered that: 17,000 failed workflows a day.
test('one that confirms no commits is left alone while someone else has to', async () => {
  expect(await rounds({ auto_failback: true, sync_mode: 'sync_one' }, 8)).toEqual([]);
});
