import { describe, expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase } from '../support/expectations.ts';
import { containerOf, killWorker, untilStep, untilStepSays } from '../support/faults.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectServed } from '../support/surroundings.ts';
import { withWorkload } from '../support/workload.ts';

/** The worker dies as by a power cut, and another one goes on. */

const plane = useControlPlane();

/**
 * Where a hand-over stands past what switchovers show (`switchover.test.ts`), seen inside the node to which it happens:
 * between two looks no move of it fits.
 */
const moments = {
  'the old primary is being stopped': { node: 'postgres-1', sign: '-e /var/lib/postgresql/fenced' },
  'the new primary is being promoted': { node: 'postgres-2', sign: '! -e /var/lib/postgresql/pgdata/standby.signal' },
} as const;

describe('the worker is killed', () => {
  test('while the new leader is cloned: the expansion goes on where it was', async () => {
    const shop = await plane.create('clone');
    // What unpooled clients see of a cut-over is told in the scenarios of the jump; here none may lose a write.
    const report = await withWorkload(shop, { mayFail: 'anything' }, async () => {
      const started = await shop.startExpand('ha');
      await untilStep(shop, started, 'build postgres-2', ['running', 'done']);
      await killWorker(plane);
      await plane.up();
      expect(await shop.endOf(started)).toMatchObject({ status: 'done', to_stage: 3, error: null });
    });
    expect(report.acknowledged).toBeGreaterThan(0);
    await expectHighlyAvailable(shop);
    await shop.destroy();
  });

  test.each(Object.entries(moments))(
    'in the hand-over when %s: nobody stays paused, nothing is lost',
    async (_, moment) => {
      const shop = await plane.create('handover');
      await shop.expand('pooling');
      await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
        const started = await shop.startExpand('ha', '--cutover', 'on_signal');
        await untilStepSays(shop, started, 'hand over', /ready to cut over/);
        const reached = seen(shop, moment);
        await plane.json('cutover', shop.name, '--detach');
        await reached;
        await killWorker(plane);
        const { steps } = await shop.operation(started.id);
        expect(steps.find(({ name }) => name.includes('hand over'))?.status).toBe('running');

        await plane.up();
        expect(await shop.endOf(started)).toMatchObject({ status: 'done', to_stage: 3, error: null });
        await workload.nextAcknowledgement();
      });
      await expectHighlyAvailable(shop);
      await shop.destroy();
    },
  );
});

const expectHighlyAvailable = async (database: ManagedDatabase): Promise<void> => {
  await expectDatabase(database).toBeAtStage(3);
  await expectServed(database, 'postgres-2');
};

/** Resolves once it is so, a few milliseconds late at most. */
const seen = async (database: ManagedDatabase, { node, sign }: { node: string; sign: string }): Promise<void> => {
  const { id } = await containerOf(database, node);
  const { exitCode } = await plane.platform.exec(id, ['sh', '-c', `while ! [ ${sign} ]; do sleep 0.003; done`]);
  expect(exitCode).toBe(0);
};
