import { describe, expect, test } from 'vitest';
import { planned, starts, type Request } from '../../../test/support/grown-databases.ts';
import { sampleDatabase } from '../../../test/support/sample-database.ts';
import type { Database } from '../database.ts';
import { operationOptions, poolingOptions } from '../options.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { Encryption } from '../tls.ts';
import type { Node } from '../topology.ts';
import { firstTopology, planCreate } from './create.ts';
import { planRollback } from './rollback.ts';
import { planScaleDown } from './scale-down.ts';
import { planSetReplicas } from './set-replicas.ts';

/** A node without it would speak plain text beside others that refuse that. */
const encrypted = (database: Database, tls: Encryption = 'require'): Database => ({
  ...database,
  topology: { ...database.topology, tls, nodes: database.topology.nodes.map((node) => ({ ...node, tls })) },
});

/** All that a plan names, wherever. */
const nodesIn = (plan: unknown): readonly Node[] => {
  if (typeof plan !== 'object' || plan === null) return [];
  const inside = Object.values(plan).flatMap(nodesIn);
  return 'container' in plan && 'kind' in plan ? [plan as Node, ...inside] : inside;
};

const modesIn = (plan: UnpricedPlan) => new Set(nodesIn(plan).map(({ tls }) => tls));

test.each(['allow', 'require'] as const)('a database that is made with TLS %s has it on each node', (tls) => {
  const shop = sampleDatabase('shop');
  const plan = planCreate({ ...shop, topology: { ...firstTopology(shop), tls } });
  expect(modesIn(plan)).toEqual(new Set([tls]));
  expect(plan.to?.tls).toBe(tls);
});

test('a database that is made without it has no trace of it', () => {
  const plan = planCreate(sampleDatabase('shop'));
  expect(JSON.stringify(plan)).not.toContain('tls');
});

describe.each(starts)('%s', (_, { database }) => {
  const shop = encrypted(database);
  const both = new Set(['require']);
  const closing = { database: shop, leader: shop.topology.primary, closesWindowOf: null } as const;

  test.each([
    ['pooling', { target: 'pooling', pooling: poolingOptions.parse({}) }],
    ['replicas', { target: 'replicas' }],
    ['ha', { target: 'ha' }],
  ] as const satisfies (readonly [string, Request])[])(
    'expands to %s with TLS on each node, and back',
    (target, request) => {
      const order = ['single', 'pooling', 'replicas', 'ha'];
      if (order.indexOf(target) <= shop.topology.stage || (target === 'pooling' && shop.topology.pooling)) return;
      const plan = planned(shop, request);
      expect(modesIn(plan)).toEqual(both);
      expect(plan.to?.tls).toBe('require');
      const after = { ...shop, topology: plan.to! };
      const leader = plan.to!.primary;
      expect(modesIn(planRollback({ ...closing, operation_id: shop.id, database: after, leader, done: plan }))).toEqual(
        both,
      );
    },
  );

  test.runIf(shop.topology.stage > 1)('scales down and takes one more replica with TLS on each node', () => {
    const down = planScaleDown({ ...closing, target: 'single', replicas: {}, gracePeriodSeconds: 0 });
    expect(modesIn(down)).toEqual(both);
    expect(down.to?.tls).toBe('require');
    const more = planSetReplicas({
      ...closing,
      operation_id: shop.id,
      count: (shop.topology.replicas?.count ?? 2) + 1,
      options: operationOptions.parse({}),
    } as Parameters<typeof planSetReplicas>[0]);
    expect(modesIn(more)).toEqual(both);
    expect(more.to?.tls).toBe('require');
  });
});
