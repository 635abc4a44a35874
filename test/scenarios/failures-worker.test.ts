import { expect, onTestFinished, test, vi } from 'vitest';
import type { WorkersDocument } from '../../src/domain/workers.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase } from '../support/expectations.ts';
import { containerOf, killWorker, untilStep, untilStepSays } from '../support/faults.ts';
import { serveWorker } from '../support/serve-worker.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectServed } from '../support/surroundings.ts';
import { withWorkload } from '../support/workload.ts';

/** The worker dies as by a power cut, again and again, and another one continues. */

const plane = useControlPlane();

/**
 * Where a hand-over stands past what switchovers show (`switchover.test.ts`), seen inside the node to which it happens:
 * between two looks no move of it fits.
 */
const moments = {
  'the old primary is being stopped': { node: 'postgres-1', sign: '-e /var/lib/postgresql/fenced' },
  'the new primary is being promoted': { node: 'postgres-2', sign: '! -e /var/lib/postgresql/pgdata/standby.signal' },
} as const;

test('the worker is killed while the new leader is cloned, and twice in the hand-over: no pooler stays paused, nothing is lost', async () => {
  const shop = await plane.create('killed');
  await shop.expand('pooling');
  const report = await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
    const started = await shop.startExpand('ha', '--cutover', 'on_signal');
    await untilStep(shop, started, 'build postgres-2', ['running', 'done']);
    await killWorker(plane);
    await plane.up();
    await untilStepSays(shop, started, 'hand over', /ready to cut over/);

    const killAt = async (moment: keyof typeof moments) => {
      await seen(shop, moments[moment]);
      await killWorkerInHandOver(shop, started);
    };
    const goAhead = plane.json('cutover', shop.name, '--detach');
    await Promise.all([goAhead, killAt('the old primary is being stopped')]);
    await Promise.all([plane.up(), killAt('the new primary is being promoted')]);

    await plane.up();
    expect(await shop.endOf(started)).toMatchObject({ status: 'done', to_stage: 3, error: null });
    await workload.nextAcknowledgement();
  });
  expect(report.acknowledged).toBeGreaterThan(0);
  await expectDatabase(shop).toBeAtStage(3);
  await expectServed(shop, 'postgres-2');
});

/** Containers that serve the same home die one after the other, as when a host is emptied. */
test('three workers of one home, each killed in turn and started again during an expansion: no write fails or is lost', async () => {
  const shop = await plane.create('several');
  await shop.expand('pooling');
  const served = [serveWorker(plane), serveWorker(plane)];
  onTestFinished(async () => {
    await Promise.all(served.map(({ stop }) => stop()));
  });
  await untilPolling(3);

  const report = await withWorkload(shop, {}, async (workload) => {
    const started = await shop.startExpand('ha', '--cutover', 'on_signal');
    await untilStep(shop, started, 'build postgres-2', ['running', 'done']);
    await killWorker(plane);
    await plane.up();
    await untilStepSays(shop, started, 'hand over', /ready to cut over/);
    await served[0]!.kill();
    served[0] = serveWorker(plane);
    await plane.json('cutover', shop.name, '--detach');
    await untilStep(shop, started, 'hand over', ['done']);
    await served[1]!.kill();
    served[1] = serveWorker(plane);

    expect(await shop.endOf(started)).toMatchObject({ status: 'done', to_stage: 3, error: null });
    await workload.nextAcknowledgement();
  });
  expect(report.failed).toBe(0);
  await expectDatabase(shop).toBeAtStage(3);
  await expectServed(shop, 'postgres-2');
});

const untilPolling = (count: number): Promise<void> =>
  vi.waitFor(async () => {
    const { current, workers, notices } = await plane.json<WorkersDocument>('workers');
    expect(workers.filter(({ version, polls }) => version === current && polls).length).toBeGreaterThanOrEqual(count);
    expect(notices).toEqual([]);
  }, 60_000);

const killWorkerInHandOver = async (database: ManagedDatabase, { id }: { readonly id: string }): Promise<void> => {
  await killWorker(plane);
  const { steps } = await database.operation(id);
  expect(steps.find(({ name }) => name.includes('hand over'))?.status).toBe('running');
};

/** Resolves once it is so, a few milliseconds late at most. */
const seen = async (database: ManagedDatabase, { node, sign }: { node: string; sign: string }): Promise<void> => {
  const { id } = await containerOf(database, node);
  const watch = `while ! [ ${sign} ]; do sleep 0.003; done`;
  // Another worker takes over once the first has been missed.
  const { exitCode } = await plane.platform.exec(id, ['sh', '-c', watch], undefined, { timeoutMs: 240_000 });
  expect(exitCode).toBe(0);
};
