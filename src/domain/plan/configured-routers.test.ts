import { expect, test } from 'vitest';
import { planned, replicas, startNamed } from '../../../test/support/grown-databases.ts';
import type { NodeConfig } from '../node-config.ts';
import type { UnpricedPlan } from '../plan.ts';
import { routerConfig } from '../routes.ts';
import { planScaleDown } from './scale-down.ts';
import { planSetReplicas } from './set-replicas.ts';
import { planSwitchover } from './switchover.ts';

/** How a router is configured when a step of a plan begins. */
const configBefore = ({ steps, from }: UnpricedPlan, index: number, router: string): NodeConfig | undefined => {
  const configs = steps
    .slice(0, index)
    .flatMap(({ run }) =>
      (run.action === 'ensureNode' || run.action === 'configureNode') && run.input.node.name === router
        ? [run.input.config]
        : [],
    );
  return configs.at(-1) ?? (from?.nodes.some(({ name }) => name === router) ? routerConfig(from) : undefined);
};

const setReplicas = (start: string, count: number): UnpricedPlan => {
  const { database } = startNamed(start);
  return planSetReplicas({ database, count, leader: database.topology.primary, closesWindowOf: null });
};

const scaleDown = (): UnpricedPlan => {
  const { database } = startNamed('ha');
  const { primary: leader } = database.topology;
  const wish = { target: 'replicas', replicas: replicas({ count: 2 }), gracePeriodSeconds: 0 } as const;
  return planScaleDown({ database, leader, ...wish, closesWindowOf: null });
};

const switchover = (start: string, target: string): UnpricedPlan => {
  const { database } = startNamed(start);
  const { primary: leader, nodes } = database.topology;
  const candidates = nodes
    .filter(({ kind, name }) => kind === 'postgres' && name !== leader)
    .map(({ name }) => ({ name, state: 'streaming', lag_bytes: 0, synchronous: false }));
  return planSwitchover({ database, target, on_obstacle: 'refuse', leader, candidates, closesWindowOf: null });
};

// A router that misses a server is configured again: with what it had, and with every server that it is to see.
test.each<readonly [string, UnpricedPlan]>([
  ['single to replicas', planned(startNamed('single').database, { target: 'replicas' })],
  ['single to ha', planned(startNamed('single').database, { target: 'ha' })],
  ['one replica to ha', planned(startNamed('one replica').database, { target: 'ha' })],
  ['more replicas', setReplicas('one replica', 3)],
  ['fewer members', setReplicas('ha', 3)],
  ['ha to replicas', scaleDown()],
  ['switchover at ha', switchover('ha', 'postgres-3')],
  ['switchover among replicas', switchover('one replica', 'postgres-2')],
  ['switchover through a router that is there for it alone', switchover('replicas without HAProxy', 'postgres-2')],
])('%s: every router that is waited for is named with the configuration that it has', (_, plan) => {
  const { steps } = plan;
  const waits = steps.flatMap(({ run }, index) =>
    run.action === 'waitUntilRouting' ? [{ index, input: run.input }] : [],
  );
  expect(waits).not.toEqual([]);
  for (const { index, input } of waits) {
    for (const { node, config } of input.routers) {
      expect(config).toEqual(configBefore(plan, index, node.name));
      expect(config.servers).toEqual(expect.arrayContaining([input.primary, ...input.replicas]));
    }
  }
});
