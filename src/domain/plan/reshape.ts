import { canonical } from '../canonical.ts';
import type { ChangeFacts } from '../change.ts';
import { sizeOf } from '../container-spec.ts';
import type { Database } from '../database.ts';
import { agreedParameters, type Settings } from '../settings.ts';
import { runsWith, withShape, type ServerShape } from '../server-shape.ts';
import type { ActivityCall } from '../step-actions.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { replicaLagLimitBytes, requireConfirmation } from './grow-replicas.ts';
import { nodeConfigOf } from './node-configs.ts';
import { step, type PlanItem } from './plan-builder.ts';
import { commitAlone } from './shrink-replicas.ts';

/** How servers come to another shape where they are. */
export interface Reshaping {
  readonly database: Database;
  readonly known: ChangeFacts['settings'];
}

export const keptOf = ({ settings }: Pick<Database, 'settings'>): Settings => settings ?? {};

/** Names of settings that differ. */
const differing = (database: Database, one: ServerShape, other: ServerShape): readonly string[] => {
  const [before, after] = [runsWith(one, keptOf(database)), runsWith(other, keptOf(database))];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
};

/** Whether a server has to be started again to have another shape. What a library is set to is read by a reload. */
export const needsRestart = ({ database, known }: Reshaping, from: ServerShape, to: ServerShape): boolean =>
  from.image !== to.image ||
  sizeOf(from).memory_bytes !== sizeOf(to).memory_bytes ||
  differing(database, from, to).some((name) => {
    const fact = known[name];
    if (!fact) return !name.includes('.');
    return fact.context === 'postmaster' && !(runsWith(to, keptOf(database))[name] === fact.value);
  });

/** Whether a server of one shape is made and runs as one of the other. */
const isSame = ({ database }: Reshaping, one: ServerShape, other: ServerShape): boolean =>
  one.image === other.image &&
  canonical(sizeOf(one)) === canonical(sizeOf(other)) &&
  differing(database, one, other).length === 0;

/** Whether a Patroni cluster has to agree on something else. */
const agreesOnOther = (database: Database, from: ServerShape, to: ServerShape): boolean =>
  differing(database, from, to).some((name) => (agreedParameters as readonly string[]).includes(name));

/** Its members take from etcd what a server of this shape has. */
export const agree = (
  { database }: Reshaping,
  topology: Topology,
  before: ServerShape,
  after: ServerShape,
): readonly PlanItem[] => {
  if (!topology.ha || !agreesOnOther(database, before, after)) return [];
  return [
    step('servers', 'let the members of the cluster agree on new settings', agreement(topology, after), [
      agreement(topology, before),
    ]),
  ];
};

const agreement = (topology: Topology, shape: ServerShape) =>
  ({
    action: 'agreeOnSettings',
    input: {
      members: nodesOf(topology, 'postgres'),
      like: withShape(nodeNamed(topology, topology.primary), shape),
    },
  }) as const;

/** Before a member is started as it was: what it needs then, it takes from etcd. */
export const agreeAgain = (
  { database }: Reshaping,
  topology: Topology,
  before: ServerShape,
  after: ServerShape,
): readonly ActivityCall[] =>
  topology.ha && agreesOnOther(database, before, after) ? [agreement(topology, before)] : [];

/** Without a restart: limits of its container, and its files, which it reads again. */
export const reshapeLive = (topology: Topology, node: Node, shape: ServerShape): readonly PlanItem[] => {
  const after = withShape(node, shape);
  const config = nodeConfigOf(topology, node);
  const aside = node.name === topology.primary ? {} : { can_do_without: true };
  return [
    ...(sizeOf(node).cpus === sizeOf(after).cpus
      ? []
      : [
          step(
            'servers',
            `give ${node.name} ${cpusText(sizeOf(after).cpus)}`,
            { action: 'limitNode', input: { node: after } },
            [{ action: 'limitNode', input: { node } }],
          ),
        ]),
    ...(hasSameSettings(node, after)
      ? []
      : [
          step(
            'servers',
            `give ${node.name} its new settings`,
            { action: 'configureNode', input: { node: after, config, ...aside } },
            [{ action: 'configureNode', input: { node, config } }],
          ),
        ]),
  ];
};

const cpusText = (count: number): string => (count === 1 ? '1 CPU' : `${count} CPUs`);

const hasSameSettings = (one: Node, other: Node): boolean =>
  canonical(one.chosen_settings ?? {}) === canonical(other.chosen_settings ?? {});

/** A replica, by a restart if it takes one. The primary is not touched. */
export const reshapeReplica = (
  reshaping: Reshaping,
  topology: Topology,
  node: Node,
  shape: ServerShape,
): readonly PlanItem[] => {
  if (isSame(reshaping, node, shape)) return [];
  if (!needsRestart(reshaping, node, shape)) return reshapeLive(topology, node, shape);
  const primary = nodeNamed(topology, topology.primary);
  const config = nodeConfigOf(topology, node);
  const streams = {
    action: 'waitUntilStreaming',
    input: { node, from: primary, lag_limit_bytes: replicaLagLimitBytes },
  } as const;
  const remake = (made: Node) => ({ action: 'remakeNode', input: { node: made, config } }) as const;
  return withoutConfirmation(topology, [
    step('servers', `change ${node.name}`, remake(withShape(node, shape)), [
      ...agreeAgain(reshaping, topology, node, shape),
      remake(node),
      streams,
    ]),
    step('servers', `wait until ${node.name} streams`, streams),
  ]);
};

/** The one replica that confirms commits; null if none does, or several do. */
export const onlyConfirming = (topology: Topology): Node | null => {
  const [only, ...others] = nodesOf(topology, 'postgres').filter(({ name }) => name !== topology.primary);
  return topology.replicas?.replication_mode === 'sync' && others.length === 0 ? (only ?? null) : null;
};

/** It would hold commits while it restarts. */
const withoutConfirmation = (topology: Topology, outline: readonly PlanItem[]): readonly PlanItem[] => {
  const only = onlyConfirming(topology);
  if (!only) return outline;
  const primary = nodeNamed(topology, topology.primary);
  return [commitAlone(primary, [only]), ...outline, requireConfirmation(primary, [only.name])];
};

export const withNode = (topology: Topology, node: Node): Topology => ({
  ...topology,
  nodes: topology.nodes.map((each) => (each.name === node.name ? node : each)),
});

/** Every server as `shaped` has it. */
export const withServers = (topology: Topology, shaped: (node: Node) => Node): Topology => ({
  ...topology,
  nodes: topology.nodes.map((node) => (node.kind === 'postgres' ? shaped(node) : node)),
});
