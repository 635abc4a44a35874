import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import type { Database } from '../domain/database.ts';
import { createFakePlatform } from '../platform/fake/index.ts';
import type { Store } from '../store/store.ts';
import { fenceIsolatedLeaders } from './fence-isolated-leaders.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';

const databases = ['hung', 'odd', 'shop'].map((name) => {
  const database = sampleDatabase(name);
  return { ...database, topology: haTopology(database) };
});

const monitored = () => {
  const warnings: object[] = [];
  const store = { listDatabases: async () => databases, isBusy: async () => false } as unknown as Store;
  const log = { info: () => undefined, warn: (fields: object, event: string) => warnings.push({ ...fields, event }) };
  return { store, log, warnings };
};

// One round looked at all databases, one after the other: whatever threw for one, or hung, kept all later ones from being
// looked at, round after round.
test('one that hangs and one that fails keep no other from being looked at', async () => {
  const { store, log, warnings } = monitored();
  const stopping = new AbortController();
  const looks: string[] = [];
  const release = Promise.withResolvers<void>();
  await everyDatabase(
    { store, log },
    { otherwise: 'not looked at', everyMs: 1, signal: stopping.signal },
    async ({ name }) => {
      looks.push(name);
      if (name === 'hung') return release.promise;
      if (name === 'odd') throw new Error('odd record');
      if (looks.filter((look) => look === 'shop').length < 3) return;
      stopping.abort();
      release.resolve();
    },
  );

  expect(looks.filter((name) => name === 'hung')).toHaveLength(1);
  expect(looks.filter((name) => name === 'shop')).toHaveLength(3);
  expect(warnings).toContainEqual({ error: 'odd record', database: 'odd', event: 'not looked at' });
});

// Else it would be failed over, or started again.
test.each([
  ['was stopped on purpose', (database: Database) => ({ topology: { ...database.topology, stopped: true as const } })],
  ['has a record that comes from a backup', () => ({ held: { taken_at: '', compared_at: null, differences: [] } })],
])('one that %s is left alone, but for where it is asked for', async (_, change) => {
  const { log } = monitored();
  const [first, ...others] = databases;
  const still = { ...first!, ...change(first!) };
  const store = { listDatabases: async () => [still, ...others] } as unknown as Store;
  const lookedAt = async (leftAloneToo: boolean): Promise<readonly string[]> => {
    const stopping = new AbortController();
    const looks: string[] = [];
    const rounds = { otherwise: 'not looked at', everyMs: 1, signal: stopping.signal, leftAloneToo };
    await everyDatabase({ store, log }, rounds, async ({ name }) => {
      looks.push(name);
      if (name === others.at(-1)!.name) stopping.abort();
    });
    return looks;
  };

  expect(await lookedAt(false)).not.toContain(still.name);
  expect(await lookedAt(true)).toContain(still.name);
});

test('metadata that do not answer in one round are asked again in the next', async () => {
  const { log, warnings } = monitored();
  const stopping = new AbortController();
  let asked = 0;
  const listDatabases = async () => {
    asked += 1;
    if (asked === 1) throw new Error('gone');
    return databases.slice(0, 1);
  };
  const store = { listDatabases } as unknown as Store;
  const rounds = { otherwise: 'not looked at', everyMs: 1, signal: stopping.signal };
  await everyDatabase({ store, log }, rounds, async () => stopping.abort());

  expect(warnings).toEqual([{ error: 'gone', event: 'databases not listed, not looked at' }]);
});

// A hung inspect of one database's leader left a leader of another, cut off from its network, to take writes.
test('a leader that is cut off is fenced while the engine says nothing of another', async () => {
  const { store, log } = monitored();
  const stopping = new AbortController();
  const leaderOf = ({ topology }: Database) => topology.nodes.find(({ name }) => name === topology.primary)!.container;
  const [hung, odd, shop] = databases.map(leaderOf);
  const fenced: string[] = [];
  const platform = {
    ...createFakePlatform(),
    inspectContainer: async (container: string) => {
      if (container === hung) return stopping.signal.aborted ? null : aborted(stopping.signal);
      return { running: true, address: container === odd ? '10.0.0.2' : null };
    },
    signalContainer: async (container: string) => {
      fenced.push(container);
      stopping.abort();
    },
  };
  await fenceIsolatedLeaders({ store, log, platform } as unknown as MonitorDependencies, stopping.signal, 1);

  expect(fenced).toEqual([shop]);
});

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)));
