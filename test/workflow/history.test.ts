import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** What whoever opens a workflow in Temporal Web sees, and must not see. */

const newShop = useControlPlane();

interface HistoryEvent {
  readonly eventType: string;
  readonly userMetadata?: { readonly summary?: unknown };
}

const readHistory = async (handle: WorkflowHandle) => {
  const text = historyToJSON(await handle.fetchHistory()).replaceAll(
    /"data":"([A-Za-z0-9+/=]*)"/g,
    (_, data: string) => `"data":${JSON.stringify(Buffer.from(data, 'base64').toString())}`,
  );
  return { text, events: (JSON.parse(text) as { events: HistoryEvent[] }).events };
};

const summarised = ['ACTIVITY_TASK_SCHEDULED', 'TIMER_STARTED', 'START_CHILD_WORKFLOW_EXECUTION_INITIATED'];

const unsummarised = async (handle: WorkflowHandle): Promise<readonly HistoryEvent[]> => {
  const { events } = await readHistory(handle);
  expect(events.length).toBeGreaterThan(5);
  return events.filter(
    ({ eventType, userMetadata }) =>
      summarised.some((kind) => eventType.endsWith(kind)) && userMetadata?.summary === undefined,
  );
};

/** Those of ours. */
const attributesOf = async (handle: WorkflowHandle) =>
  Object.fromEntries(
    Object.entries((await handle.describe()).searchAttributes).filter(([name]) => name.startsWith('Pgrow')),
  );

/** Failures carried the stack of the worker, and with it where pgrow is installed and who runs it. */
describe('a history of what went wrong', () => {
  const failed = async (): Promise<Shop> => {
    const shop = newShop();
    await create(shop);
    const cause = new Error('at the very bottom');
    const failing = ApplicationFailure.create({ message: 'a disk is full', nonRetryable: true, cause });
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'waitUntilRouting', error: () => failing });
    expect(await shop.run('expand', { target: 'ha' })).toMatchObject({ status: 'rolled_back' });
    return shop;
  };

  test('says what it was, and nothing of the machine', async () => {
    const { text } = await readHistory((await failed()).operation);
    expect(text).toContain('a disk is full');
    expect(text).toContain('at the very bottom');
    expect(text).not.toContain(repositoryRoot);
    expect(text).not.toMatch(/node_modules|file:\/\/|\.ts:\d+/);
  });

  test('so does one that was refused or aborted', async () => {
    const shop = newShop();
    await expect(shop.run('createDatabase', { name: 'Shop!' })).rejects.toMatchObject({ type: 'invalid_input' });
    const refused = await readHistory(shop.operation);
    expect(refused.text).toContain('Shop!');

    await create(shop);
    const held = shop.world.faults.hold(({ name }) => name === 'verifyPooler');
    const handle = await shop.start('expand', { target: 'pooling' });
    await held.reached;
    await handle.signal('abort');
    expect(await shop.end(handle)).toMatchObject({ status: 'aborted' });
    for (const { text } of [refused, await readHistory(shop.operation)]) {
      expect(text).not.toContain(repositoryRoot);
      expect(text).not.toMatch(/node_modules|file:\/\/|\.ts:\d+/);
    }
  });
});

describe('Temporal Web', () => {
  test('shows a summary of everything that an operation and its window do, and finds them by their database', async () => {
    const shop = newShop();
    await create(shop);
    await shop.end(await shop.start('expand', { target: 'pooling' }, { database: 'shop', stage: 1 }));
    expect(await unsummarised(shop.operation)).toEqual([]);
    expect(await attributesOf(shop.checkpoint)).toEqual({ PgrowDatabase: ['shop'], PgrowStage: [1] });

    await shop.checkpoint.signal('rollback');
    await shop.checkpoint.result();
    expect(await unsummarised(shop.checkpoint)).toEqual([]);
    expect(await unsummarised(shop.operation)).toEqual([]);
    expect(await (await shop.operation.describe()).staticSummary()).toBe('rollback shop');
    expect(await attributesOf(shop.operation)).toEqual({
      PgrowDatabase: ['shop'],
      PgrowOperation: ['rollback'],
      PgrowStage: [0],
    });
  });

  test('shows a summary of a cut-over that waits, and of one that is undone', async () => {
    const shop = newShop();
    await create(shop);
    const reached = shop.world.faults.hold(({ name }) => name === 'noteStep');
    const handle = await shop.start('expand', { target: 'ha', options: { cutover: 'on_signal' } });
    await reached.reached;
    reached.release();
    await expect.poll(async () => (await shop.progress()).waiting_for).toBe('the signal to cut over');
    await expect.poll(async () => (await readHistory(handle)).text).toContain('TIMER_STARTED');
    await handle.signal('abort');
    await shop.end(handle);
    expect(await unsummarised(handle)).toEqual([]);
  });

  test('an operation that was started without search attributes sets none: the namespace may not know them', async () => {
    const shop = newShop();
    await create(shop);
    await shop.run('expand', { target: 'pooling' });
    expect(await attributesOf(shop.checkpoint)).toEqual({});
  });
});
