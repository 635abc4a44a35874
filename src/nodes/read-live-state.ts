import type { Database } from '../domain/database.ts';
import type { LiveNode, LiveState } from '../domain/live-state.ts';
import { healthOf, isDoubtful } from '../domain/live-health.ts';
import { noticesOf } from '../domain/live-notices.ts';
import { membersOf } from '../domain/members.ts';
import { liveNodeOf } from '../domain/node-look.ts';
import { whyPaused } from '../domain/paused-replay.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { SessionDependencies } from './dependencies.ts';
import { lookAtNode, type SeenNode } from './look-at-node.ts';
import { readLastKnown } from './read-holdings.ts';
import { lookLimits, openSession, type Session } from './session.ts';
import { probeWrites } from './write-probe.ts';

/** Milliseconds for a write through each route, tried if the nodes do not show whether clients can write. */
const usualProbeLimitMs = 3000;

export interface Versions {
  /** Null below stage 3. */
  readonly patroni_version: string | null;
  readonly etcd_version: string | null;
}

interface Look {
  readonly probeLimitMs?: number;
  /** A session of the database, if there already is one. */
  readonly session?: Session;
  /** Used instead of asking for them. */
  readonly versions?: () => Promise<Versions>;
}

/**
 * Asks the nodes of a database for their state. A node that does not answer is part of the result, never an error. If the
 * states do not show whether clients can write, a write through each of their routes is tried.
 */
export const readLiveState = async (
  dependencies: SessionDependencies,
  database: Database,
  { probeLimitMs = usualProbeLimitMs, session: present, versions: known }: Look = {},
): Promise<LiveState> => {
  const session = present ?? (await openSession(dependencies, database.id));
  const { topology, name } = database;
  const all = [...topology.nodes, ...topology.kept];
  const [looks, versions] = await Promise.all([
    Promise.all(all.map((node) => lookAtNode(dependencies, session, node))),
    known ? known() : readVersions(session),
  ]);
  const seen = looks.map(liveNodeOf);
  const primary = standing(looks[seen.findIndex(({ role }) => role === 'primary')]);
  const nodes = (await withLag(dependencies, session, all, seen)).map((node, index) =>
    node.state === 'replay paused' ? { ...node, detail: whyPaused(name, standing(looks[index])!, primary) } : node,
  );
  const writes = isDoubtful(nodes, topology) ? await probeWrites(dependencies, session, probeLimitMs) : [];
  return {
    health: healthOf(nodes, topology, writes),
    nodes,
    members: membersOf(nodes, topology),
    writes,
    notices: noticesOf({ name, topology, nodes, writes }),
    ...versions,
  };
};

const standing = (look: SeenNode | undefined) => (look ? { name: look.node.name, limits: look.limits } : null);

/** Lag of each replica behind the primary's position: a disconnected replica cannot know it. */
const withLag = async (
  dependencies: SessionDependencies,
  session: Session,
  all: readonly Node[],
  seen: readonly LiveNode[],
): Promise<readonly LiveNode[]> => {
  const { postgres } = dependencies.components;
  const led = seen.find(({ role }) => role === 'primary')?.position;
  const written = led ? Number(postgres.parseLsn(led.lsn)) : await readLastKnown(session).catch(() => null);
  return Promise.all(
    seen.map(async (node, index) => {
      if (node.role !== 'replica' || !node.position || written === null) return node;
      // Asked again: what it has replayed since the primary was asked is not lag.
      const replayed = led
        ? await session
            .asSuperuser(all[index]!, postgres.readPosition)
            .then(({ lsn }) => lsn)
            .catch(() => node.position!.lsn)
        : node.position.lsn;
      return { ...node, lag_bytes: Math.max(0, written - Number(postgres.parseLsn(replayed))) };
    }),
  );
};

export const readVersions = async (session: Session): Promise<Versions> => {
  const { topology } = session.database;
  if (topology.stage < 3) return { patroni_version: null, etcd_version: null };
  const patroni = (node: Node) =>
    session.asMember(node, async (client) => (await client.status()).patroni?.version ?? null, lookLimits);
  const etcd = async (node: Node) => (await (await session.connectEtcd(node, lookLimits)).status()).version;
  return {
    patroni_version: await firstAnswer(nodesOf(topology, 'postgres'), patroni),
    etcd_version: await firstAnswer(nodesOf(topology, 'etcd'), etcd),
  };
};

const firstAnswer = async (
  nodes: readonly Node[],
  ask: (node: Node) => Promise<string | null>,
): Promise<string | null> => {
  for (const node of nodes) {
    const answer = await ask(node).catch(() => null);
    if (answer) return answer;
  }
  return null;
};
