import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { markOf } from '../../src/domain/operation-mark.ts';
import { compareHeldOnce } from '../../src/monitor/compare-held.ts';
import { markUnmarkedOnce } from '../../src/monitor/mark-unmarked.ts';
import { serveWindowsOnce } from '../../src/monitor/windows.ts';
import { markOperation, readMarks, removeMarks } from '../../src/nodes/operation-marks.ts';
import { acknowledged, expectAccountedFor, expectSound } from '../support/fake-world/expectations.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/**
 * A database whose record comes from a backup of the control plane. A restored backup from before an expansion described the
 * old primary, and the next operation, or `doctor --remove`, removed the new one with all that was written since.
 */

const newShop = useControlPlane();
const takenAt = '2026-11-28T03:00:00.000Z';

const newDatabase = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  await shop.write(acknowledged, 'postgres');
  return shop;
};

/** As the restore of a backup leaves it. */
const hold = (shop: Shop) => shop.world.store.hold(shop.id, takenAt);
/** What the monitor does every few seconds. */
const compare = async (shop: Shop) => {
  await compareHeldOnce(shop.world.dependencies);
  return (await shop.database())!.held?.differences.map(({ text }) => text) ?? 'not held';
};
const marksOf = async (shop: Shop) => readMarks(shop.world.platform, (await shop.database())!);
const lastOf = async (shop: Shop) => (await shop.world.store.readLastOperation(shop.id))!;

/** In the middle of an expansion its workflow is gone, as with Temporal's database. */
const loseTemporalDuring = async (shop: Shop, activity: string) => {
  const held = shop.world.faults.hold(({ name }) => name === activity);
  const operation = await shop.start('expand', { target: 'ha', pooling: {} });
  await held.reached;
  await operation.terminate('lost');
  held.release();
};

test('until it has been compared every operation is refused; found to be right it is held no longer', async () => {
  const shop = await newDatabase();
  await hold(shop);
  await expect(shop.run('expand', { target: 'pooling' })).rejects.toThrow(
    /^The record of shop comes from a backup of 2026-11-28T03:00:00.000Z and has not been compared/,
  );
  expect(await shop.world.store.listOperations(shop.id)).toHaveLength(1);

  expect(await compare(shop)).toBe('not held');
  expect(await shop.world.store.listEvents(shop.id, 1)).toMatchObject([{ event_type: 'hold_released' }]);
  expect(await shop.run('expand', { target: 'pooling' })).toMatchObject({ status: 'done', error: null });
  await expectAccountedFor(shop);
});

test('a record from before the last operation stays held, and a destroy removes all of it', async () => {
  const shop = await newDatabase();
  const before = (await shop.database())!;
  expect(await shop.run('expand', { target: 'ha' })).toMatchObject({ status: 'done' });
  const expansion = await lastOf(shop);
  // What the backup has: the operation before is the last one.
  await shop.world.store.saveTopology(shop.id, before.topology);
  await shop.world.store.endOperation({ id: expansion.id, status: 'rolled_back', stall_ms: null, error: null });
  await hold(shop);

  const differences = await compare(shop);
  expect(differences).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^On the engine the last operation is .* \(done\); on record it is .* \(rolled back\)\.$/),
      expect.stringMatching(/^Container .*postgres-2 is not on record; operation .* made it\.$/),
      'postgres-1 takes writes on record, and it does not.',
    ]),
  );
  await expect(shop.run('scaleDown', { target: 'single', confirm: true })).rejects.toThrow(/is not what was found/);
  expect(await shop.rows('postgres')).toContain(acknowledged);

  expect(await shop.run('destroyDatabase', {})).toMatchObject({ status: 'done', error: null });
  expect(await shop.picture()).toMatchObject({ containers: [], volumes: [], networks: [], topology: null });
});

test('an expansion that the backup shows as running, Temporal being lost, is undone by the next request', async () => {
  const shop = await newDatabase();
  await loseTemporalDuring(shop, 'preflightCutOver');
  await hold(shop);
  await expect(shop.run('expand', { target: 'pooling' })).rejects.toThrow(/comes from a backup/);
  await expect(shop.undoAbandoned()).rejects.toThrow();

  expect(await compare(shop)).toBe('not held');
  expect(await shop.run('expand', { target: 'pooling' })).toMatchObject({ status: 'done', error: null });
  await expectSound(shop, 'postgres-1');
  await expectAccountedFor(shop);
  const [, cutOff] = await shop.world.store.listOperations(shop.id);
  expect(cutOff).toMatchObject({ status: 'rolled_back' });
});

test('one that has passed its point of no return since is not: the record is from before that', async () => {
  const shop = await newDatabase();
  await loseTemporalDuring(shop, 'preflightCutOver');
  const [database, { id: operation }] = [(await shop.database())!, await lastOf(shop)];
  await markOperation(shop.world.platform, database, { operation, state: 'past_return' });
  await hold(shop);
  expect(await compare(shop)).toEqual([expect.stringContaining('(past return); on record it is')]);
});

test('an operation says on the engine how far it has come', async () => {
  const shop = await newDatabase();
  const before = shop.world.faults.hold(({ name }) => name === 'cutOver');
  const after = shop.world.faults.hold(({ name, context }) => name !== 'cutOver' && context?.committed === true);
  const operation = await shop.start('expand', { target: 'ha' });
  await before.reached;
  const states = async () => (await marksOf(shop)).map(({ state }) => state);
  expect(await states()).toEqual(['running']);
  before.release();
  await after.reached;
  expect(await states()).toEqual(['past_return']);
  expect(await marksOf(shop)).toEqual([markOf(await lastOf(shop))]);
  after.release();
  expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  expect(await states()).toEqual(['done']);
});

test('an operation that Temporal still runs waits until the record has been compared, and continues', async () => {
  const shop = await newDatabase();
  const held = shop.world.faults.hold(({ name }) => name === 'waitUntilStreaming');
  const operation = await shop.start('expand', { target: 'ha' });
  await held.reached;
  await hold(shop);
  held.release();
  expect(await compare(shop)).toBe('not held');
  expect(await shop.end(operation)).toMatchObject({ status: 'done', error: null });
  await expectAccountedFor(shop);
});

test('an open rollback window is served again once the record has been compared, and can be used', async () => {
  const shop = await newDatabase();
  expect(await shop.run('expand', { target: 'ha' })).toMatchObject({ status: 'done' });
  await shop.checkpoint.terminate('lost');
  await hold(shop);
  const begun: string[] = [];
  const client = {
    isWindowServed: async () => false,
    serveWindow: async ({ checkpoint }: { readonly checkpoint: string }) => void begun.push(checkpoint),
  };
  await serveWindowsOnce({ ...shop.world.dependencies, client });
  expect(begun).toEqual([]);
  await expect(shop.run('rollback', { confirm: true })).rejects.toThrow(/comes from a backup/);

  expect(await compare(shop)).toBe('not held');
  await serveWindowsOnce({ ...shop.world.dependencies, client });
  expect(begun).toHaveLength(1);
  expect(await shop.run('rollback', { confirm: true })).toMatchObject({ status: 'done', error: null });
  await expectSound(shop, 'postgres-1');
});

test('a database of an earlier version has no mark, which keeps it held, until the monitor makes it one', async () => {
  const shop = await newDatabase();
  const database = (await shop.database())!;
  await removeMarks(shop.world.platform, database);
  await hold(shop);
  expect(await compare(shop)).toEqual([expect.stringMatching(/^No mark on the engine says/)]);
  await markUnmarkedOnce(shop.world.dependencies);
  expect(await marksOf(shop)).toEqual([]);

  await shop.world.store.releaseHold(shop.id);
  await markUnmarkedOnce(shop.world.dependencies);
  expect(await marksOf(shop)).toEqual([markOf(await lastOf(shop))]);
});

// The monitor of a new version had marked it already when an operation ran under the version before, which makes no marks.
test('the mark of an operation that was not the last one is replaced', async () => {
  const shop = await newDatabase();
  const first = markOf(await lastOf(shop));
  await shop.run('expand', { target: 'pooling' });
  await markOperation(shop.world.platform, (await shop.database())!, first);
  await markUnmarkedOnce(shop.world.dependencies);
  expect(await marksOf(shop)).toEqual([markOf(await lastOf(shop))]);

  // One that is not on record is later than the record may be.
  const unknown = { operation: randomUUID(), state: 'done' } as const;
  await markOperation(shop.world.platform, (await shop.database())!, unknown);
  await markUnmarkedOnce(shop.world.dependencies);
  expect(await marksOf(shop)).toEqual([unknown]);
});

// It was undone on record and went on all the same: writes moved, and the record showed the stage before.
test('a step that waited for a release does nothing if its operation was ended with it', async () => {
  const shop = await newDatabase();
  const held = shop.world.faults.hold(({ name }) => name === 'waitUntilEtcdQuorum');
  const operation = await shop.start('expand', { target: 'ha', pooling: {} });
  await held.reached;
  await hold(shop);
  held.release();
  const { id } = await lastOf(shop);
  const error = { code: 'needs_operator', message: 'Its end is not known.', step: null, left_over: [] };
  await shop.world.store.endOperation({ id, status: 'failed', stall_ms: null, error });
  await shop.world.store.releaseHold(shop.id);
  await expect(operation.result()).rejects.toMatchObject({ cause: { type: 'already_ended' } });
  expect((await shop.database())!.topology.stage).toBe(0);
});

// It went on, moved the writes, and the record knew nothing of it.
test('an operation that began after the backup no longer acts once the record is released', async () => {
  const shop = await newDatabase();
  const held = shop.world.faults.hold(({ name }) => name === 'waitUntilEtcdQuorum');
  const operation = await shop.start('expand', { target: 'ha', pooling: {} });
  await held.reached;
  await shop.world.store.forgetOperation((await lastOf(shop)).id);
  await hold(shop);
  held.release();
  await shop.world.store.releaseHold(shop.id);
  await expect(operation.result()).rejects.toMatchObject({
    cause: { message: expect.stringContaining('it began after the backup that was restored') },
  });

  expect(await shop.write('order 2', 'postgres')).toBe('postgres-1');
  expect((await shop.database())!.topology.stage).toBe(0);
});

test('what is left of a mark before goes with the next operation', async () => {
  const shop = newShop();
  const named = { id: shop.id, name: 'shop', home: '1a2b3c4d' };
  await markOperation(shop.world.platform, named, { operation: randomUUID(), state: 'done' });
  expect(await create(shop)).toMatchObject({ status: 'done' });
  expect(await marksOf(shop)).toHaveLength(1);
});
