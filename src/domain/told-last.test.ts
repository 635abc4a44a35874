import { expect, test } from 'vitest';
import { planned, replicas, startNamed } from '../../test/support/grown-databases.ts';
import type { Plan } from './plan.ts';
import { planScaleDown } from './plan/scale-down.ts';
import { planSetReplicas } from './plan/set-replicas.ts';
import { toldLast } from './told-last.ts';

const setReplicas = (start: string, count: number): Plan => {
  const { database } = startNamed(start);
  return planSetReplicas({ database, count, leader: database.topology.primary, closes_checkpoint_of: null });
};

const scaleDown = (): Plan => {
  const { database } = startNamed('ha');
  const { primary: leader } = database.topology;
  const wish = { target: 'replicas', replicas: replicas({ count: 2 }), grace_period_seconds: 0 } as const;
  return planScaleDown({ database, leader, ...wish, closes_checkpoint_of: null });
};

// What a router is told anew when it does not see its servers has to be what this operation told it.
test.each<readonly [string, Plan]>([
  ['single to replicas', planned(startNamed('single').database, { target: 'replicas' })],
  ['single to ha', planned(startNamed('single').database, { target: 'ha' })],
  ['one replica to ha', planned(startNamed('one replica').database, { target: 'ha' })],
  ['more replicas', setReplicas('one replica', 3)],
  ['fewer members', setReplicas('ha', 3)],
  ['ha to replicas', scaleDown()],
])('%s: every router that is waited for was told of the servers it is to see', (_, { steps }) => {
  const waits = steps.flatMap(({ run }, index) =>
    run.action === 'waitUntilRouting' ? [{ index, input: run.input }] : [],
  );
  expect(waits).not.toEqual([]);
  for (const { index, input } of waits) {
    for (const router of input.routers) {
      const told = toldLast(steps, index, router.name);
      expect(told?.kind === 'haproxy' && told.servers).toEqual(
        expect.arrayContaining([input.primary, ...input.replicas]),
      );
    }
  }
});

test('what comes later, or is told to another node, does not count', () => {
  const { steps } = planned(startNamed('one replica').database, { target: 'ha' });
  const isTold = ({ run }: Plan['steps'][number]) =>
    (run.action === 'ensureNode' || run.action === 'configureNode') && run.input.node.name === 'haproxy-1';
  const first = steps.findIndex(isTold);
  expect(toldLast(steps, first, 'haproxy-1')).toBeNull();
  expect(toldLast(steps, steps.length, 'haproxy-1')).not.toEqual(toldLast(steps, first + 1, 'haproxy-1'));
});
