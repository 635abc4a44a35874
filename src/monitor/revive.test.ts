import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import type { Database } from '../domain/database.ts';
import { nodeNamed } from '../domain/topology.ts';
import { revive } from './revive.ts';

const record = sampleDatabase('shop');
const running: Database = { ...record, topology: haTopology(record) };
const stopped: Database = { ...running, topology: { ...running.topology, stopped: true } };

/** Containers that are started while postgres-3 does not run; `store`: what the metadata say, the last of it for good. */
const startedWhile = async (store: { readonly isBusy: () => boolean; readonly readDatabase: () => Database }) => {
  const started: string[] = [];
  const until = new AbortController();
  const dependencies = {
    store: { isBusy: async () => store.isBusy(), readDatabase: async () => store.readDatabase() },
    platform: {
      inspectContainer: async () => ({ running: false, address: null }),
      startContainer: async (name: string) => {
        started.push(name);
        until.abort();
      },
    },
    log: { info: () => undefined, warn: () => undefined },
  } as unknown as Parameters<typeof revive>[0];
  const node = nodeNamed(running.topology, 'postgres-3');
  await revive(dependencies, running.id, node, until.signal, { grace: 1, look: 1 }).catch(() => undefined);
  return started;
};

const free = () => false;

test('a member that has exited is started again', async () => {
  const { container } = nodeNamed(running.topology, 'postgres-3');
  expect(await startedWhile({ isBusy: free, readDatabase: () => running })).toEqual([container]);
});

test('not one of a database that is stopped on purpose, or that an operation works on', async () => {
  expect(await startedWhile({ isBusy: free, readDatabase: () => stopped })).toEqual([]);
  expect(await startedWhile({ isBusy: () => true, readDatabase: () => running })).toEqual([]);
});

// The metadata had not answered for a while, and the stop came to its end between the two questions.
test('nor of one whose stop ends while the metadata are asked', async () => {
  let now = running;
  const isBusy = () => {
    now = stopped;
    return false;
  };
  expect(await startedWhile({ isBusy, readDatabase: () => now })).toEqual([]);
});
