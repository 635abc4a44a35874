import { describe, expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { pauseWhenever } from '../support/faults.ts';
import { expectAsBefore, lookAround } from '../support/surroundings.ts';
import { withWorkload } from '../support/workload.ts';

/** What never becomes ready is given up and put back, while clients write on undisturbed. */

const plane = useControlPlane();

describe('a gate that never turns green', () => {
  test.concurrent('etcd forms no quorum: three attempts from nothing, then all is as before', async () => {
    const shop = await plane.create('quorum');
    await shop.expand('pooling');
    const before = await lookAround(shop);
    await withWorkload(shop, {}, async () => {
      const started = await shop.startExpand('ha');
      const paused = await pauseWhenever(shop, ['etcd-2', 'etcd-3'], started);
      expect(paused).toEqual({ 'etcd-2': 3, 'etcd-3': 3 });

      const operation = await shop.operation(started.id);
      expect(operation).toMatchObject({
        status: 'rolled_back',
        error: { code: 'not_ready', step: 'wait until etcd has a quorum', left_over: [] },
      });
      const { message } = operation.error!;
      for (const part of ['etcd-1', 'etcd-2:2379', 'etcd-3:2379', 'log']) expect(message).toContain(part);
      expect(message).toMatch(
        /peers as etcd-1 sees them: etcd-2:2380 does not answer\b.*, etcd-3:2380 does not answer/,
      );
    });
    await expectAsBefore(shop, before);
  });

  test.concurrent('HAProxy never answers: rolled back by itself within the checkpoint timeout', async () => {
    const shop = await plane.create('router');
    const before = await lookAround(shop);
    await withWorkload(shop, {}, async () => {
      const started = await shop.startExpand('replicas', '--checkpoint-timeout', '60s');
      expect(await pauseWhenever(shop, ['haproxy-1'], started)).toEqual({ 'haproxy-1': 1 });

      const operation = await shop.operation(started.id);
      expect(operation).toMatchObject({ status: 'rolled_back', error: { code: 'not_ready', left_over: [] } });
      expect(operation.error?.step).toMatch(/haproxy/i);
      // It may have been frozen before or after its first answer.
      expect(operation.error?.message).toMatch(/Waited 60 s for (haproxy-1 to answer|haproxy-1 to see)/);
      expect(operation.error?.message).toContain('9999');
      expect(operation.steps.filter(({ status }) => status === 'running')).toEqual([]);
    });
    await expectAsBefore(shop, before);
  });
});
