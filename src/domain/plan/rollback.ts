import type { CutOver } from '../step-actions.ts';
import { PgrowError } from '../errors.ts';
import { operationOptions, poolingOptions, type HaOptions, type PoolingOptions } from '../options.ts';
import { loadBalancingOf } from '../routes.ts';
import type { UnpricedPlan } from '../plan.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { planExpand } from './expand.ts';
import { requireConfirmation } from './grow-replicas.ts';
import type { PlanPart } from './plan-part.ts';
import { guestsOf, handOver, keepGuests } from './hand-over.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { takeOver } from './leaderless-promotion.ts';
import { planRollbackOfChange } from './rollback-change.ts';
import type { RollbackPlanInput } from './rollback-input.ts';
import { reroute, teachRouters } from './reroute.ts';
import { shrinkPooling } from './shrink-pooling.ts';
import { removeRouters, shrinkReplicas } from './shrink-replicas.ts';

/** Milliseconds that a client behind PgBouncer waits at the hand-over. */
const expectedHandOverStallMs = 300;

/** The stage before the last operation, with every write made since. */
export const planRollback = (input: RollbackPlanInput): UnpricedPlan => {
  const { database, done } = input;
  if (!done.from) throw new PgrowError('refused', `The last operation of ${database.name} cannot be rolled back.`);
  if (done.type === 'change') return planRollbackOfChange(input, done.from);
  const plan = done.type === 'scale_down' ? upAgain(input, done.from) : downAgain(input, done.from);
  return { ...plan, type: 'rollback' };
};

const upAgain = ({ database, operation_id, facts = null }: RollbackPlanInput, before: Topology): UnpricedPlan => {
  const target = before.ha ? 'ha' : before.replicas ? 'replicas' : 'pooling';
  const ha = before.ha && haOptionsOf(before.ha);
  return planExpand({
    database,
    operation_id,
    target,
    pooling: poolingOptionsOf(before) ?? (target === 'pooling' ? poolingOptions.parse({}) : null),
    replicas: before.replicas,
    ha,
    load_balancing: loadBalancingOf(before),
    options: operationOptions.parse({}),
    closesWindowOf: null,
    facts,
    reversible: false,
  });
};

/** The room on the server is calculated again. */
const poolingOptionsOf = ({ pooling }: Topology): PoolingOptions | null => {
  if (!pooling) return null;
  const { server_connections: _, ...options } = pooling;
  return options;
};

/** A new cluster gets a scope and token of its own. */
const haOptionsOf = ({ failover_time, sync_mode, auto_failback, maximum_lag_on_failover }: HaOptions): HaOptions => ({
  failover_time,
  sync_mode,
  auto_failback,
  maximum_lag_on_failover,
});

const downAgain = (input: RollbackPlanInput, before: Topology): UnpricedPlan => {
  const from = input.database.topology;
  let reached = from;
  const parts: PlanPart[] = [];
  const shrink = (part: PlanPart) => {
    parts.push(part);
    reached = part.topology;
  };
  if (reached.ha && !before.ha) shrink(leaveHa(input, reached, before));
  if (reached.replicas && !before.replicas && !before.ha) shrink(shrinkReplicas({ topology: reached }));
  if (reached.pooling && !before.pooling) shrink(shrinkPooling({ topology: reached, gracePeriodSeconds: 0 }));
  return assemble({ type: 'rollback', from, to: reached, parts, closesWindowOf: null });
};

/** The old primary, which has followed all the time, takes writes again; its replicas have followed it. */
const leaveHa = (
  { database, leader: leaderName, leaderless = false, facts = null }: RollbackPlanInput,
  from: Topology,
  before: Topology,
): PlanPart => {
  const leader = nodeNamed(from, leaderName);
  const old = from.kept.find((node) => node.name === before.primary);
  if (!old) {
    throw new PgrowError(
      'refused',
      `${database.name} cannot be rolled back: its old primary ${before.primary} has not been kept. Scale it down instead.`,
    );
  }
  const members = nodesOf(from, 'postgres');
  const routers = nodesOf(from, 'haproxy');
  const keptRouters = routers.filter((node) => before.nodes.some((earlier) => earlier.name === node.name));
  const to: Topology = {
    ...before,
    pooling: from.pooling,
    nodes: [
      ...before.nodes,
      ...nodesOf(from, 'pgbouncer').filter((node) => !before.nodes.some((n) => n.name === node.name)),
    ],
    kept: [],
  };
  const bridge: Topology = { ...from, nodes: [...from.nodes, ...from.kept], kept: [] };
  const input: CutOver = {
    from: leader,
    to: old,
    promotion: 'standby',
    members,
    poolers: nodesOf(from, 'pgbouncer'),
    routers,
  };
  return {
    topology: to,
    outline: [
      ...teachRouters('routing', routers, from, bridge),
      ...keepGuests('hand-over', input, guestsOf(facts), { kept: true }),
      ...(leaderless ? takeOver(from, input) : [handOver('hand-over', input, from.kept)]),
      ...teachRouters('routing', keptRouters, bridge, to),
      ...reroute('routing', bridge, to),
      ...removeRouters(routers.filter((node) => !keptRouters.includes(node))),
      removeCluster([...members, ...nodesOf(from, 'etcd')]),
      ...(before.replicas?.replication_mode === 'sync'
        ? [
            requireConfirmation(
              old,
              from.kept.filter((node) => node !== old).map((node) => node.name),
            ),
          ]
        : []),
      step('finish', 'wait until the primary is replicated', {
        action: 'waitUntilReplicated',
        input: { primary: old, replicas: from.kept.filter((node) => node !== old) },
      }),
    ],
    on_close: [],
    expected_stall_ms: expectedHandOverStallMs,
    estimated_duration_minutes: 1,
    warnings: leaderless
      ? [
          `${database.name} takes no writes: there is no leader among ${members.map(({ name }) => name).join(', ')}. ${old.name} takes ` +
            'over once it has everything that any of them holds; while one cannot report its WAL position, it does not.',
        ]
      : from.pooling
        ? []
        : ['Pooling is off: sessions are reset once at the hand-over; the next connect succeeds.'],
    snapshot: null,
  };
};

const removeCluster = (nodes: readonly Node[]): PlanItem =>
  inParallel(
    ...nodes.map((node) => [step('remove', `remove ${node.name}`, { action: 'removeNode', input: { node } })]),
  );
