import { configuredRouters } from '../routes.ts';
import type { ActivityCall, CutOver } from '../step-actions.ts';
import type { Database } from '../database.ts';
import { patroniScope, slotName } from '../naming.ts';
import type { PatroniConfig } from '../node-config.ts';
import { newNode, nextOrdinals } from '../nodes.ts';
import type { HaOptions, LoadBalancing } from '../options.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { snapshotOf, takeSnapshot, type PlanPart } from './plan-part.ts';
import { cloneAttempts, replicaLagLimitBytes } from './grow-replicas.ts';
import { handOver, keepGuests } from './hand-over.ts';
import { retriedFromScratch, inParallel, step, type PlanItem } from './plan-builder.ts';
import { reroute, startRouters, teachRouters } from './reroute.ts';

/** Attempts at an etcd quorum, each with fresh volumes and token. */
export const etcdAttempts = 3;

/** Milliseconds that a client behind PgBouncer waits at the cut-over. */
const expectedCutOverStallMs = 400;

/**
 * Full HA beside the running primary: a Patroni standby cluster of it, routes through HAProxy, then one cut-over, last
 * of all. Until then the primary is untouched; after it the old primary follows until the checkpoint closes.
 */
export const growHa = (input: Input): PlanPart => {
  const cast = castOf(input);
  const { from, bridge, to, primary } = cast;
  const snapshot = snapshotOf(input.database, input.operation_id);
  const [leader, ...standbys] = cast.members as [Node, ...Node[]];
  return {
    topology: to,
    outline: [
      // Everything waits for etcd, so only the snapshot begins beside it. Cloning is mostly waiting: the rest is done then.
      inParallel(
        [
          startEtcd(cast.etcd, cast.token),
          inParallel([cloneLeader(cast, leader)], [startRouters('routing', cast.newRouters, bridge)]),
          inParallel(...standbys.map((node) => [cloneStandby(cast, node, leader)])),
        ],
        [takeSnapshot('convert', primary, snapshot)],
      ),
      ...teachRouters('routing', cast.oldRouters, from, bridge),
      step('routing', 'wait until every HAProxy sees every node', {
        action: 'waitUntilRouting',
        input: {
          routers: configuredRouters(cast.routers, bridge),
          primary: primary.name,
          replicas: [...cast.oldReplicas, ...standbys].map((node) => node.name),
        },
      }),
      ...reroute('routing', from, bridge),
      ...cutOver(cast, leader),
      inParallel([followNewPrimary(cast)], teachRouters('routing', cast.routers, bridge, to)),
      step('finish', 'wait until the cluster is healthy', {
        action: 'waitUntilClusterHealthy',
        input: { nodes: cast.members, standbys: standbys.length, ha: cast.ha },
      }),
    ],
    on_close: closing(cast),
    expected_stall_ms: expectedCutOverStallMs,
    estimated_duration_minutes: 1,
    warnings: warningsOf(from),
    snapshot,
  };
};

interface Input {
  readonly database: Database;
  readonly operation_id: string;
  readonly topology: Topology;
  readonly ha: HaOptions;
  readonly load_balancing: LoadBalancing;
  /** Physical slots that pgrow did not make. */
  readonly guests: readonly string[];
}

/** Everyone who takes part. `bridge`: old and new in parallel, everything routed through HAProxy to the old primary. */
const castOf = ({ database, operation_id, topology: from, ha, load_balancing, guests }: Input) => {
  const primary = nodeNamed(from, from.primary);
  const oldPostgres = nodesOf(from, 'postgres');
  const etcd = [1, 2, 3].map((ordinal) => newNode(database, 'etcd', ordinal));
  const token = `${database.id}-${operation_id.slice(0, 8)}`;
  const scope = patroniScope(database, operation_id.slice(0, 8));
  const members = nextOrdinals(from, 'postgres', 3).map((ordinal) => newNode(database, 'postgres', ordinal, 'patroni'));
  const oldRouters = nodesOf(from, 'haproxy');
  const newRouters = [1, 2, 3]
    .map((ordinal) => newNode(database, 'haproxy', ordinal))
    .filter((node) => !oldRouters.some((old) => old.name === node.name));
  const bridge: Topology = { ...from, nodes: [...from.nodes, ...etcd, ...members, ...newRouters] };
  const to: Topology = {
    ...bridge,
    stage: 3,
    nodes: bridge.nodes.filter((node) => !oldPostgres.includes(node)),
    kept: oldPostgres,
    primary: members[0]!.name,
    replicas: null,
    ha: { ...ha, scope, etcd_token: token, load_balancing },
  };
  return {
    from,
    bridge,
    to,
    ha,
    primary,
    oldReplicas: oldPostgres.filter((node) => node !== primary),
    etcd,
    token,
    scope,
    members,
    guests,
    oldRouters,
    newRouters,
    routers: [...oldRouters, ...newRouters],
    poolers: nodesOf(from, 'pgbouncer'),
    /** Through which the new leader's base backup and stream come. */
    leaderSlot: slotName(members[0]!.name),
    /** Through which the old primary follows after the cut-over. */
    oldPrimarySlot: slotName(primary.name),
  };
};
type Cast = ReturnType<typeof castOf>;

const startEtcd = (etcd: readonly Node[], token: string): PlanItem =>
  retriedFromScratch(etcdAttempts, [
    inParallel(
      ...etcd.map((node) => [
        step(
          'etcd',
          `start ${node.name}`,
          {
            action: 'ensureNode',
            input: { node, config: { kind: 'etcd', members: etcd.map((member) => member.name), token } },
          },
          [{ action: 'removeNode', input: { node } }],
        ),
      ]),
    ),
    step('etcd', 'wait until etcd has a quorum', { action: 'waitUntilEtcdQuorum', input: { nodes: etcd } }),
  ]);

const memberConfig = (cast: Cast): PatroniConfig => ({
  kind: 'postgres',
  mode: 'patroni',
  scope: cast.scope,
  etcd: cast.etcd.map((node) => node.name),
  ha: cast.ha,
  standby_of: { node: cast.primary.name, slot: cast.leaderSlot },
});

const cloneLeader = (cast: Cast, leader: Node): PlanItem =>
  retriedFromScratch(cloneAttempts, [
    step(
      'convert',
      `create replication slot for ${leader.name}`,
      { action: 'ensureReplicationSlot', input: { on: cast.primary, slot: cast.leaderSlot } },
      [{ action: 'removeReplicationSlot', input: { on: cast.primary, slot: cast.leaderSlot } }],
    ),
    step(
      'convert',
      `build ${leader.name} as standby leader of ${cast.primary.name}`,
      { action: 'ensureNode', input: { node: leader, config: memberConfig(cast) } },
      [
        { action: 'removeNode', input: { node: leader } },
        { action: 'removePatroniScope', input: { etcd: cast.etcd, scope: cast.scope } },
      ],
    ),
    step('convert', `wait until ${leader.name} streams`, {
      action: 'waitUntilStreaming',
      input: { node: leader, from: cast.primary, lag_limit_bytes: replicaLagLimitBytes },
    }),
  ]);

const cloneStandby = (cast: Cast, node: Node, leader: Node): PlanItem =>
  retriedFromScratch(cloneAttempts, [
    step(
      'standbys',
      `clone ${node.name} from ${leader.name}`,
      { action: 'ensureNode', input: { node, config: memberConfig(cast) } },
      [{ action: 'removeNode', input: { node } }],
    ),
    step('standbys', `wait until ${node.name} streams`, {
      action: 'waitUntilStreaming',
      input: { node, from: leader, lag_limit_bytes: replicaLagLimitBytes },
    }),
  ]);

const cutOver = (cast: Cast, leader: Node): readonly PlanItem[] => {
  const input: CutOver = {
    from: cast.primary,
    to: leader,
    promotion: 'standby_cluster',
    members: cast.members,
    poolers: cast.poolers,
    routers: cast.routers,
  };
  const slot = { members: cast.members, slot: cast.oldPrimarySlot };
  return [
    step('cut-over', 'compare the standby cluster with the primary', {
      action: 'verifyStandbyCluster',
      input: { primary: cast.primary, leader },
    }),
    step(
      'cut-over',
      'keep a slot for the old primary',
      { action: 'ensurePermanentSlot', input: { ...slot, on: leader } },
      [{ action: 'removePermanentSlot', input: slot }],
    ),
    ...keepGuests('cut-over', input, cast.guests),
    handOver('cut-over', input, cast.oldReplicas),
  ];
};

const followNewPrimary = (cast: Cast): PlanItem =>
  step('cut-over', `let ${cast.primary.name} follow the new primary`, {
    action: 'followNewPrimary',
    input: {
      old: {
        node: cast.primary,
        config: {
          kind: 'postgres',
          mode: 'replica',
          follow: cast.members.map((member) => member.name),
          slot: cast.oldPrimarySlot,
        },
      },
      members: cast.members,
      obsolete_slots: [cast.leaderSlot],
    },
  });

/** When the checkpoint closes: the old side goes, replicas before the primary they follow. */
const closing = (cast: Cast): readonly ActivityCall[] => [
  ...[...cast.oldReplicas, cast.primary].map((node): ActivityCall => ({ action: 'removeNode', input: { node } })),
  { action: 'removePermanentSlot', input: { members: cast.members, slot: cast.oldPrimarySlot } },
];

const warningsOf = ({ pooling }: Topology): readonly string[] => {
  if (!pooling) return ['Pooling is off: sessions are reset once at the cut-over; the next connect succeeds.'];
  const direct = 'Sessions that do not go through PgBouncer are reset once at the cut-over; the next connect succeeds.';
  if (pooling.pool_mode !== 'session') return [direct];
  return [direct, 'Session pooling cannot be paused while clients are connected: their sessions are reset as well.'];
};
