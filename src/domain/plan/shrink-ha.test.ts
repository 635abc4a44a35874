import { describe, expect, test } from 'vitest';
import { startNamed } from '../../../test/support/grown-databases.ts';
import { replicaOptions } from '../options.ts';
import { nodesOf } from '../topology.ts';
import { planScaleDown } from './scale-down.ts';

// Patroni keeps its members' slots on its replicas as well. One that stayed as a plain replica kept WAL for all of them,
// and a later switchover to it brought them to light: `postgres_2` and `plain_postgres_3` on the new primary.
test.each([1, 2, 3])('with %i replicas: every server that stays is rid of the slots the cluster had on it', (count) => {
  const { database } = startNamed('ha, pooled');
  const plan = planScaleDown({
    database,
    target: 'replicas',
    replicas: replicaOptions.parse({ count }),
    gracePeriodSeconds: 0,
    leader: database.topology.primary,
    closesWindowOf: null,
  });

  const pruned = plan.steps.flatMap(({ run }) => (run.action === 'pruneReplicationSlots' ? [run.input] : []));
  const cluster = nodesOf(database.topology, 'postgres').map(({ name }) => name);
  const staying = nodesOf(plan.to!, 'postgres').filter(({ name }) => cluster.includes(name));
  const replicas = nodesOf(plan.to!, 'postgres').filter(({ name }) => name !== plan.to!.primary);
  expect(new Map(pruned.map(({ on, keep }) => [on.name, keep.length]))).toEqual(
    new Map(staying.map(({ name }) => [name, name === plan.to!.primary ? replicas.length : 0])),
  );
});

describe('a member that does not answer', () => {
  const shrink = (count: number | null, ...hanging: readonly string[]) => {
    const { database } = startNamed('ha, pooled');
    return planScaleDown({
      database,
      target: count === null ? 'single' : 'replicas',
      replicas: count === null ? {} : replicaOptions.parse({ count }),
      gracePeriodSeconds: 0,
      leader: database.topology.primary,
      hanging,
      closesWindowOf: null,
    });
  };
  const [first = '', second = ''] = nodesOf(startNamed('ha, pooled').database.topology, 'postgres')
    .map(({ name }) => name)
    .filter((name) => name !== startNamed('ha, pooled').database.topology.primary);

  // The first replica was to take over although it was paused, and the second, which was well, was to be removed.
  test('does not take over, and is removed as it is', () => {
    const plan = shrink(null, first);
    expect(plan.to!.primary).toBe(second);
    expect(plan.nodes_removed).toContain(first);
    expect(plan.warnings).toContain(`${first} does not answer and is removed anyway.`);
  });

  test('is replaced by a new replica where as many as there were are to stay', () => {
    const names = nodesOf(shrink(2, second).to!, 'postgres').map(({ name }) => name);
    expect(names).toHaveLength(3);
    expect(names).not.toContain(second);
  });

  test('and no one else: refused, with the way out', () => {
    expect(() => shrink(null, first, second)).toThrow(/no member answers .* \.\/pgrow reinit/);
  });
});
