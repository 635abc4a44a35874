import { describe, expect, test } from 'vitest';
import { exampleOperation } from '../cli/example-operation.ts';
import type { Database } from '../domain/database.ts';
import type { Checkpoint } from '../domain/operation.ts';
import type { RollbackWindow } from '../domain/rollback-window.ts';
import { serveWindowsOnce } from './windows.ts';

const until = '2999-01-01T00:00:00.000Z';
const operation = exampleOperation({ id: 'op-1', status: 'done' });
const checkpoint = {
  id: 'c-1',
  operation_id: 'op-1',
  timestamp: '2998-12-31T23:00:00.000Z',
  rollback_available_until: until,
  status: 'open',
} as Checkpoint;
const shop = { id: operation.service_id, name: 'shop', topology: { stage: 3 } } as Database;

const look = async (served: boolean, open: Checkpoint | null = checkpoint) => {
  const begun: RollbackWindow[] = [];
  await serveWindowsOnce({
    store: {
      listDatabases: async () => [shop],
      listOpenWindows: async () => new Set(open ? [shop.id] : []),
      readOpenCheckpoint: async () => open,
      listOperations: async () => [operation],
      readPlan: async () => ({ from: { stage: 0 }, to: { stage: 3 }, on_close: [] }),
      extendCheckpoint: async () => undefined,
    } as never,
    client: { isWindowServed: async () => served, serveWindow: async (window) => void begun.push(window) },
    log: { info: () => {}, warn: () => {} },
  });
  return begun;
};

// Someone terminated it in Temporal Web: status continued promising a rollback, and the old primary ran on for ever.
describe('an open rollback window', () => {
  test('whose workflow is gone is restarted with what is on record', async () => {
    expect(await look(false)).toMatchObject([{ checkpoint: 'c-1', database: shop.id, until }]);
  });

  test('whose workflow runs is left alone, and so is one that has closed', async () => {
    expect(await look(true)).toEqual([]);
    expect(await look(false, null)).toEqual([]);
  });
});
