import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { OperationDocument } from '../../src/domain/operation.ts';
import { begin } from '../support/fake-world/every-step.ts';
import { expectAccountedFor, expectPutBack, expectSound } from '../support/fake-world/expectations.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { comparable } from '../support/fake-world/world-snapshot.ts';
import { expansions, reductions, rollbacks, switchovers } from '../support/fake-world/operations-under-test.ts';
import { tell, type Story } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

/** An operation of which nothing comes after the hand-over, or not even that. */
const breakOff = async (story: Story, when: 'before' | 'after') => {
  const shop = await begin({ story, newShop });
  const before = await comparable(shop);
  shop.world.faults.add({ when, at: ({ name }) => name === 'cutOver' });
  const document = await tell(story, shop);
  shop.world.faults.clear();
  return { shop, before, document };
};

const other = [
  ['expand', { target: 'ha', pooling: {} }],
  ['scaleDown', { target: 'single', confirm: true }],
  ['scaleDown', { target: 'replicas', replicas: { count: 2 }, confirm: true }],
  ['setReplicas', { count: 3 }],
  ['setPooling', { pooling: { default_pool_size: 7 } }],
  ['switchover', {}],
  ['reinitialize', { node: 'postgres-4' }],
  ['rollback', {}],
] as const;

describe.concurrent('an operation that did not finish past its point of no return', () => {
  // The same scale-down repeated was planned from the record, in which the old leader still led: the new primary
  // was taken for one of its replicas and stopped. An expansion repeated removed it with its volume.
  test('says that it continues when it is repeated, and lets nothing else begin', async () => {
    const { shop, document } = await breakOff(reductions.haToReplicas, 'after');
    expect(document).toMatchObject({ status: 'needs_operator' });
    expect(document.error?.left_over).toEqual([
      {
        what: expect.stringContaining('repeat the operation with the same options to resume it'),
        command: './pgrow scale-down shop --to replicas --yes',
      },
    ]);
    const left = await comparable(shop);

    for (const [workflow, wish] of other) {
      await expect(shop.run(workflow, wish as never), workflow).rejects.toMatchObject({
        type: 'refused',
        message: expect.stringMatching(/^The last scale down of shop stopped after its point of no return \(/),
      });
    }
    expect(await comparable(shop)).toEqual(left);
    await expectSound(shop, 'postgres-3');
  });

  test('can be destroyed with all it has made', async () => {
    const { shop } = await breakOff(expansions.jump, 'after');
    expect(await shop.run('destroyDatabase', {})).toMatchObject({ status: 'done' });
    expect(await shop.picture()).toMatchObject({ containers: [], volumes: [], networks: [] });
  });

  // Plans of earlier versions name the routers of a wait without their configuration.
  test('continues with a plan that an earlier version has recorded', async () => {
    const { shop, document } = await breakOff(switchovers.members, 'after');
    const { steps } = (await shop.world.store.readPlan(document.id))!;
    const waits = steps.flatMap(({ run }) => (run.action === 'waitUntilRouting' ? [run.input] : []));
    expect(waits).not.toEqual([]);
    for (const input of waits) Object.assign(input, { routers: input.routers.map(({ node }) => node) });

    expect(await tell(switchovers.members, shop)).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, switchovers.members.plan.to!.primary);
    await expectAccountedFor(shop);
  });

  test('is undone as a whole when its hand-over has to be called off after all', async () => {
    const { shop, before, document: broken } = await breakOff(expansions.jump, 'before');
    expect(broken.status).toBe('needs_operator');
    shop.world.servers.cutOff('postgres-2');
    shop.world.faults.losePatience('preflightCutOver', 0.2);
    const document = await tell(expansions.jump, shop);

    await expectPutBack(shop, before, document);
    await expectSound(shop, 'postgres-1');
    await expectAccountedFor(shop);
  });
});

describe.concurrent('a rollback that did not finish past its point of no return', () => {
  const rollBack = async (shop: Shop): Promise<OperationDocument> => {
    const operation_id = randomUUID();
    await shop.checkpoint.signal('rollback', { operation_id, actor: 'test' });
    return vi.waitUntil(
      async () => {
        const document = await shop.world.store.readOperation(operation_id);
        return document?.status === 'running' ? null : document;
      },
      { timeout: 60_000 },
    );
  };

  // The old primary, which the window keeps, was the primary again: the window closed when its time was over, or was
  // confirmed, and removed it with its volume.
  test('ends the window without removing what it keeps, and continues when it is repeated', async () => {
    const shop = newShop();
    await shop.run('createDatabase', { name: 'shop' });
    await shop.write('order 1', 'postgres');
    await shop.run('expand', { target: 'ha', pooling: {} });
    shop.world.faults.add({ when: 'after', at: ({ name }) => name === 'cutOver' });
    expect(await rollBack(shop)).toMatchObject({ type: 'rollback', status: 'needs_operator' });
    shop.world.faults.clear();

    await shop.checkpoint.signal('confirm').catch(() => undefined);
    await shop.checkpoint.result();
    await expectSound(shop, 'postgres-1');
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).not.toBeNull();

    expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, rollbacks.jump.plan.to!.primary);
    await expectAccountedFor(shop);
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).toBeNull();
  });

  test('that is undone leaves the window open', async () => {
    const shop = newShop();
    await shop.run('createDatabase', { name: 'shop' });
    await shop.write('order 1', 'postgres');
    await shop.run('expand', { target: 'ha', pooling: {} });
    shop.world.faults.add({ when: 'after', at: ({ name }) => name === 'preflightCutOver' });
    expect(await rollBack(shop)).toMatchObject({ status: 'rolled_back' });
    shop.world.faults.clear();

    expect((await shop.checkpoint.describe()).status.name).toBe('RUNNING');
    expect(await rollBack(shop)).toMatchObject({ status: 'done' });
    await expectSound(shop, 'postgres-1');
  });
});
