import { expect, test } from 'vitest';
import { planned, replicas, startNamed } from '../../test/support/grown-databases.ts';
import type { Plan } from './plan.ts';
import { planScaleDown } from './plan/scale-down.ts';
import { planSetReplicas } from './plan/set-replicas.ts';
import { planSwitchover } from './plan/switchover.ts';
import { routerTold } from './router-told.ts';

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

const switchover = (start: string, target: string): Plan => {
  const { database } = startNamed(start);
  const { primary: leader, nodes } = database.topology;
  const candidates = nodes
    .filter(({ kind, name }) => kind === 'postgres' && name !== leader)
    .map(({ name }) => ({ name, state: 'streaming', lag_bytes: 0, synchronous: false }));
  return planSwitchover({ database, target, on_obstacle: 'refuse', leader, candidates, closes_checkpoint_of: null });
};

// What a router is told anew when it does not see its servers has to be what this operation told it.
test.each<readonly [string, Plan]>([
  ['single to replicas', planned(startNamed('single').database, { target: 'replicas' })],
  ['single to ha', planned(startNamed('single').database, { target: 'ha' })],
  ['one replica to ha', planned(startNamed('one replica').database, { target: 'ha' })],
  ['more replicas', setReplicas('one replica', 3)],
  ['fewer members', setReplicas('ha', 3)],
  ['ha to replicas', scaleDown()],
  ['switchover at ha', switchover('ha', 'postgres-3')],
  ['switchover among replicas', switchover('one replica', 'postgres-2')],
  ['switchover through a router that is there for it alone', switchover('replicas without HAProxy', 'postgres-2')],
])('%s: every router that is waited for was told of the servers it is to see', (_, plan) => {
  const { steps } = plan;
  const waits = steps.flatMap(({ run }, index) =>
    run.action === 'waitUntilRouting' ? [{ index, input: run.input }] : [],
  );
  expect(waits).not.toEqual([]);
  for (const { index, input } of waits) {
    for (const router of input.routers) {
      expect(routerTold(plan, index, router.name)?.servers).toEqual(
        expect.arrayContaining([input.primary, ...input.replicas]),
      );
    }
  }
});

test('before a plan tells it anything a router knows the servers of the topology before, if it was there', () => {
  const plan = planned(startNamed('one replica').database, { target: 'ha' });
  const servers = (step: number, router: string) => routerTold(plan, step, router)?.servers;
  expect(servers(0, 'haproxy-1')).toEqual(['postgres-1', 'postgres-2']);
  expect(servers(0, 'haproxy-2')).toBeUndefined();
  expect(servers(plan.steps.length, 'haproxy-1')).toEqual(['postgres-3', 'postgres-4', 'postgres-5']);
});
