import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { deliveryWorkflowId, queueHolderWorkflowId, verificationWorkflowId } from '../../src/domain/naming.ts';
import { queueHolderType } from '../../src/domain/task-queue.ts';
import { ensureTemporal } from '../../src/launcher/temporal-binary.ts';
import { bundleWorkflows } from '../../src/worker/workflow-code.ts';
import { searchAttributeKeys } from '../../src/workflows/search-attribute-keys.ts';
import { startControlPlane } from './fake-world/control-plane.ts';
import { forGood } from './fake-world/faults.ts';
import { keepSnapshot, restoration } from './fake-world/kept-snapshot.ts';
import { newShop, type Shop } from './fake-world/operator.ts';
import { create, settle } from './fake-world/operations-under-test.ts';
import { lose } from './fake-world/story.ts';
import { addHistory, readHistory } from './history-files.ts';
import { retryUntil } from './retry-until.ts';

/**
 * `npm run histories:fake`: histories of what hardly happens in a control plane that is merely used, by the real workflows
 * and activities on the fake platform. Run it from released code; what is there is never written again. Stories may be named.
 */

/** What is kept of a story: workflow IDs under the names of their files. */
type Kept = Readonly<Record<string, WorkflowHandle>>;
type Tell = (shop: Shop) => Promise<Kept>;

const begin = async (shop: Shop, ...targets: readonly ('pooling' | 'replicas' | 'ha')[]): Promise<void> => {
  await create(shop);
  for (const target of targets) {
    await shop.run('expand', { target });
    await settle(shop);
  }
};
const during = (shop: Shop, activity: string) => shop.world.faults.hold(({ name }) => name === activity);
const untilItWaits = (shop: Shop) =>
  retryUntil('the operation to wait', async () => {
    if (!(await shop.world.store.readRunningOperation(shop.id))?.waiting_for) throw new Error('it does not wait');
  });

const stories: Readonly<Record<string, Tell>> = {
  async replicas(shop) {
    await begin(shop, 'replicas');
    await shop.run('setReplicas', { count: 2 });
    const kept = { 'setReplicas-2-2-completed': await last(shop) };
    await shop.run('reinitialize', { node: 'postgres-2' });
    const anew = { 'reinitialize-2-2-completed': await last(shop) };
    await shop.run('switchover', { target_node: 'postgres-2' });
    const moved = { 'switchover-2-2-completed': await last(shop) };
    await lose(shop, 'haproxy-1');
    await shop.run('repair', {});
    return { ...kept, ...anew, ...moved, 'repair-2-2-completed': await last(shop) };
  },
  async ha(shop) {
    await begin(shop);
    await shop.run('expand', { target: 'ha', pooling: {} });
    await shop.run('switchover', { target_node: 'postgres-3' });
    const moved = { 'switchover-3-3-completed-closes-window': await last(shop) };
    await lose(shop, 'etcd-1');
    await shop.run('repair', {});
    return { ...moved, 'repair-3-3-completed': await last(shop) };
  },
  async pooling(shop) {
    await begin(shop, 'pooling');
    await shop.run('setPooling', { pooling: { default_pool_size: 7 } });
    return { 'setPooling-1-1-completed': await last(shop) };
  },
  async stopped(shop) {
    await begin(shop, 'replicas');
    await shop.run('stopDatabase', { confirm: true });
    const down = { 'stopDatabase-2-2-completed': await last(shop) };
    await shop.run('startDatabase', {});
    return { ...down, 'startDatabase-2-2-completed': await last(shop) };
  },
  async failover(shop) {
    await begin(shop, 'replicas');
    await shop.run('failover', { confirm: true });
    return { 'failover-2-2-completed': await last(shop) };
  },
  async grace(shop) {
    await begin(shop, 'pooling');
    const down = { target: 'single', grace_period: 3600, confirm: true } as const;
    const aborted = await shop.start('scaleDown', down);
    await untilItWaits(shop);
    await aborted.executeUpdate('abort', { args: [{ actor: 'operator' }] });
    await shop.end(aborted);
    const first = { 'scaleDown-1-0-grace-aborted': await last(shop) };
    const confirmed = await shop.start('scaleDown', down);
    await untilItWaits(shop);
    await confirmed.executeUpdate('confirm', { args: [{ actor: 'operator' }] });
    await shop.end(confirmed);
    return { ...first, 'scaleDown-1-0-grace-confirmed': await last(shop) };
  },
  async rollback(shop) {
    await begin(shop);
    await shop.run('expand', { target: 'pooling' });
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'openOperation', error: forGood });
    await shop.checkpoint.signal('rollback', { actor: 'operator' });
    await retryUntil('the rollback to be refused', async () => {
      if ((await shop.operation.describe()).status.name !== 'FAILED') throw new Error('not yet');
    });
    const refused = { 'rollback-failed-refused': await last(shop) };
    shop.world.faults.clear();
    await shop.checkpoint.signal('rollback', { actor: 'operator' });
    await shop.checkpoint.result();
    return {
      ...refused,
      'rollback-1-0-completed': await last(shop),
      'checkpoint-completed-rollback-refused-then-done': await window(shop),
    };
  },
  async unwatched(shop) {
    await begin(shop);
    const twice = shop.world.faults.hold(
      ({ name }) => name === 'watchHealth' && shop.world.faults.calls.filter((c) => c.name === name).length > 1,
    );
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'watchHealth' });
    await shop.run('expand', { target: 'pooling' });
    await twice.reached;
    shop.world.faults.clear();
    twice.release();
    await settle(shop);
    return { 'checkpoint-completed-watched-again': await window(shop) };
  },
  async attempts(shop) {
    await begin(shop);
    shop.world.servers.failClone('postgres-2', 1);
    await shop.run('expand', { target: 'replicas' });
    return { 'expand-0-2-completed-fresh-attempt': await last(shop) };
  },
  async undone(shop) {
    await begin(shop);
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'verifyRoutes', error: forGood });
    await shop.run('expand', { target: 'replicas' });
    return { 'expand-0-2-failed-rolled-back': await last(shop) };
  },
  async onSignal(shop) {
    await begin(shop);
    const handle = await shop.start('expand', { target: 'ha', options: { cutover: 'on_signal' } });
    await untilItWaits(shop);
    await handle.executeUpdate('cutover', { args: [{ actor: 'operator' }] });
    await shop.end(handle);
    return { 'expand-0-3-completed-on-signal': await last(shop) };
  },
  async resumed(shop) {
    await begin(shop);
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'followNewPrimary', error: forGood });
    await shop.run('expand', { target: 'ha' });
    const stuck = { 'expand-0-3-failed-needs-operator': await last(shop) };
    shop.world.faults.clear();
    await shop.run('expand', { target: 'ha' });
    return { ...stuck, 'expand-0-3-completed-resumed': await last(shop) };
  },
  async cancelled(shop) {
    await begin(shop);
    const held = during(shop, 'waitUntilStreaming');
    const handle = await shop.start('expand', { target: 'replicas' });
    await held.reached;
    await handle.cancel();
    held.release();
    await shop.end(handle);
    return { 'expand-0-2-failed-cancelled': await last(shop) };
  },
  async cutOff(shop) {
    await begin(shop);
    const held = during(shop, 'waitUntilStreaming');
    const cutOff = async () => {
      const handle = await shop.start('expand', { target: 'replicas' });
      await held.reached;
      await handle.terminate('by somebody');
    };
    await cutOff();
    held.release();
    await shop.undoAbandoned();
    const putBack = { 'putBackCutOff-completed': await last(shop) };
    const again = during(shop, 'verifyRoutes');
    const handle = await shop.start('expand', { target: 'replicas' });
    await again.reached;
    await handle.terminate('by somebody');
    again.release();
    await shop.run('expand', { target: 'pooling' });
    return { ...putBack, 'expand-0-1-completed-puts-back': await last(shop) };
  },
  async snapshots(shop) {
    await begin(shop, 'replicas');
    const [snapshot] = await shop.world.store.listSnapshots(shop.id);
    await shop.verify(snapshot!.id);
    return {
      'verifySnapshot-completed': shop.temporal.workflow.getHandle(verificationWorkflowId(shop.id, snapshot!.id)),
    };
  },
  async snapshotTaken(shop) {
    await begin(shop);
    await shop.run('expand', { target: 'replicas' });
    await shop.run('takeSnapshot', { keep_for: 7200 });
    return { 'takeSnapshot-2-2-completed-leaves-window': await last(shop) };
  },
  async changed(shop) {
    await begin(shop, 'pooling');
    await shop.run('changeDatabase', { memory: '2GiB', settings: { work_mem: '8MB' }, extensions: ['pg_trgm'] });
    return { 'changeDatabase-1-1-completed': await last(shop) };
  },
  async rotated(shop) {
    await begin(shop, 'pooling');
    await shop.run('rotateDatabase', { how: 'at_once', confirm: true });
    return { 'rotateDatabase-1-1-completed': await last(shop) };
  },
  async restored(shop) {
    await keepSnapshot(shop);
    await shop.run('restoreSnapshot', restoration);
    return { 'restoreSnapshot-none-0-completed': await last(shop) };
  },
  async destroyed(shop) {
    await begin(shop);
    await shop.run('expand', { target: 'pooling' });
    await shop.run('destroyDatabase', {});
    await retryUntil('the window to end', async () => {
      if ((await shop.checkpoint.describe()).status.name === 'RUNNING') throw new Error('not yet');
    });
    return {
      'destroyDatabase-1-none-completed-ends-window': await last(shop),
      'checkpoint-cancelled': await window(shop),
    };
  },
  async queue({ temporal }) {
    const claim = await temporal.workflow.start(queueHolderType, {
      workflowId: queueHolderWorkflowId('orders'),
      taskQueue: plane.taskQueue,
    });
    await retryUntil('the claim to be taken up', async () => {
      const { events } = await claim.fetchHistory();
      if (!events?.some(({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes))
        throw new Error('it is not');
    });
    await claim.cancel();
    await claim.result().catch(() => undefined);
    return { 'holdTaskQueue-cancelled': claim };
  },
  async notified({ temporal }) {
    const delivery = randomUUID();
    const handle = await temporal.workflow.start('deliverNotification', {
      workflowId: deliveryWorkflowId(delivery, 1),
      taskQueue: plane.taskQueue,
      args: [{ delivery, round: 1, attempts: 10 }],
    });
    await handle.result();
    return { 'deliverNotification-completed': handle };
  },
  async refused(shop) {
    const taken = { name: 'Shop!', operation_id: randomUUID() };
    await shop.run('createDatabase', taken).catch(() => undefined);
    return { 'createDatabase-failed-refused': await last(shop) };
  },
};

/** The run that is the latest by now: the next operation of the database has the same workflow ID. */
const pinned = async (shop: Shop, handle: WorkflowHandle): Promise<WorkflowHandle> =>
  shop.temporal.workflow.getHandle(handle.workflowId, (await handle.describe()).runId);
const last = (shop: Shop): Promise<WorkflowHandle> => pinned(shop, shop.operation);
const window = (shop: Shop): Promise<WorkflowHandle> => pinned(shop, shop.checkpoint);

Runtime.install({ logger: new DefaultLogger('ERROR') });
const folder = mkdtempSync(join(tmpdir(), 'pgrow-histories-'));
const path = await ensureTemporal(() => undefined);
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'existing-path', path }, searchAttributes: Object.values(searchAttributeKeys) },
});
const bundle = join(folder, 'workflows.js');
writeFileSync(bundle, (await bundleWorkflows(new DefaultLogger('ERROR'))).code);
const { client, nativeConnection: connection } = environment;
const plane = await startControlPlane({ client, connection, bundle });
try {
  const chosen = process.argv.slice(2);
  for (const [story, tell] of Object.entries(stories)) {
    if (chosen.length > 0 && !chosen.includes(story)) continue;
    const kept = await tell(newShop(plane));
    for (const [name, handle] of Object.entries(kept)) {
      const { runId } = await handle.describe();
      addHistory(name, handle.workflowId, await readHistory(client, handle.workflowId, runId));
    }
  }
} finally {
  await plane.stop();
  await environment.teardown();
  rmSync(folder, { recursive: true, force: true });
}
