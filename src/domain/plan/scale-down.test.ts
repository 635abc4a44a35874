import { describe, expect, test } from 'vitest';
import { grown, pooling, replicas, startNamed } from '../../../test/support/grown-databases.ts';
import type { Database } from '../database.ts';
import type { PgrowError } from '../errors.ts';
import type { ScaleDownTarget } from '../inputs.ts';
import type { ReplicaWishes } from '../options.ts';
import { loadBalancingOf } from '../routes.ts';
import type { RouterConfig } from '../node-config.ts';
import type { UnpricedPlan } from '../plan.ts';
import { planRollback } from './rollback.ts';
import { planScaleDown } from './scale-down.ts';

const down = (database: Database, target: ScaleDownTarget, wishes: ReplicaWishes = {}): UnpricedPlan =>
  planScaleDown({
    database,
    target,
    replicas: wishes,
    gracePeriodSeconds: 0,
    leader: database.topology.primary,
    closesWindowOf: null,
  });

const refusal = (attempt: () => unknown): PgrowError => {
  try {
    attempt();
  } catch (error) {
    return error as PgrowError;
  }
  throw new Error('it was not refused');
};

/** What every HAProxy of a plan is told last. */
const lastTold = (plan: UnpricedPlan): readonly (readonly [string, RouterConfig['load_balancing']])[] => {
  const told = plan.steps.flatMap(({ run }) =>
    'config' in run.input && run.input.config.kind === 'haproxy'
      ? ([[run.input.node.name, run.input.config.load_balancing]] as const)
      : [],
  );
  return [...new Map(told)];
};

/** What was chosen with the replicas was forgotten on the way to ha: HAProxy spread readers in turns again. */
describe('how reads are spread', () => {
  const least = replicas({ count: 2, load_balancing: 'least_connections' });
  const atReplicas = grown({ target: 'replicas', replicas: least });
  const atHa = grown({ target: 'replicas', replicas: least }, { target: 'ha' });

  test('stays on the way up to ha', () => {
    expect(loadBalancingOf(atHa.database.topology)).toBe('least_connections');
    const { to } = down(atHa.database, 'replicas', { count: 2 });
    expect(to?.replicas).toEqual(least);
  });

  test('is configured in every HAProxy, up and down', () => {
    const up = grown({ target: 'ha' });
    expect(loadBalancingOf(up.database.topology)).toBe('round_robin');
    for (const plan of [down(atHa.database, 'replicas'), down(atHa.database, 'replicas', { count: 4 })]) {
      expect(lastTold(plan).map(([, how]) => how)).toEqual(['least_connections']);
    }
  });

  test('can be chosen again on the way down', () => {
    expect(down(atHa.database, 'replicas', { load_balancing: 'round_robin' }).to?.replicas).toEqual(replicas());
  });

  test('comes back with a rollback of the way down, from wherever that led', () => {
    for (const target of ['replicas', 'single'] as const) {
      const done = down(atHa.database, target);
      const database = { ...atHa.database, topology: done.to! };
      const back = planRollback({ database, done, operation_id: '0badcafe', leader: done.to!.primary });
      expect(back.to?.stage).toBe(3);
      expect(loadBalancingOf(back.to!)).toBe('least_connections');
      expect(new Set(lastTold(back).map(([, how]) => how))).toEqual(new Set(['least_connections']));
    }
  });

  test('is what it was where it was recorded before it was kept', () => {
    const { database } = atReplicas;
    const { load_balancing: _, ...ha } = atHa.database.topology.ha!;
    const older = { ...database, topology: { ...atHa.database.topology, ha } };
    expect(down(older, 'replicas').to?.replicas).toEqual(replicas());
  });
});

/** They were left out without a word: `scale-down --to replicas --replicas 1` of three replicas was done, and there were three. */
describe('options of replicas where nothing can be done with them', () => {
  const { database } = startNamed('three replicas that confirm');

  test('are refused all at once where replicas are already, each with what it is', () => {
    const { code, problems, message } = refusal(() =>
      down(database, 'replicas', { count: 1, replication_mode: 'async', load_balancing: 'round_robin' }),
    );
    expect(code).toBe('invalid_input');
    expect(problems).toEqual([
      { path: 'replicas.count', value: 1, allowed: '3, as it is; another number: ./pgrow replicas shop COUNT' },
      { path: 'replicas.replication_mode', value: 'async', allowed: 'sync, as it is' },
    ]);
    expect(message).toMatch(/replicas\.count is 1.*replicas\.replication_mode is "async"/);
  });

  test('are refused where no replicas remain', () => {
    const { code, problems } = refusal(() => down(startNamed('ha, pooled').database, 'pooling', { count: 2 }));
    expect(code).toBe('invalid_input');
    expect(problems).toEqual([{ path: 'replicas.count', value: 2, allowed: 'nothing with target pooling' }]);
  });

  test('are success where they are what is there', () => {
    expect(down(database, 'replicas', { count: 3, replication_mode: 'sync' }).steps).toEqual([]);
    expect(down(database, 'replicas').steps).toEqual([]);
  });

  test('decide what remains of ha', () => {
    const plan = down(startNamed('ha').database, 'replicas', { count: 2, enable_haproxy: false });
    expect(plan.to?.replicas).toEqual(replicas({ count: 2, enable_haproxy: false }));
    expect(down(grown({ target: 'ha', pooling }).database, 'pooling').to?.replicas).toBeNull();
  });
});
