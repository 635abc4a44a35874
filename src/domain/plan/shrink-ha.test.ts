import { expect, test } from 'vitest';
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
    grace_period_seconds: 0,
    leader: database.topology.primary,
    closes_checkpoint_of: null,
  });

  const pruned = plan.steps.flatMap(({ run }) => (run.action === 'pruneReplicationSlots' ? [run.input] : []));
  const cluster = nodesOf(database.topology, 'postgres').map(({ name }) => name);
  const staying = nodesOf(plan.to!, 'postgres').filter(({ name }) => cluster.includes(name));
  const replicas = nodesOf(plan.to!, 'postgres').filter(({ name }) => name !== plan.to!.primary);
  expect(new Map(pruned.map(({ on, keep }) => [on.name, keep.length]))).toEqual(
    new Map(staying.map(({ name }) => [name, name === plan.to!.primary ? replicas.length : 0])),
  );
});
