import type { Database } from '../domain/database.ts';
import type { Health, LiveNode, LiveState, Member } from '../domain/live.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import { openSession, type Session } from './session.ts';

type Needs = Pick<Dependencies, 'platform' | 'store' | 'components'>;

/** Asks the nodes of a database what they are. A node that does not answer is part of the answer, never an error. */
export const readLiveState = async (dependencies: Needs, database: Database): Promise<LiveState> => {
  const session = await openSession(dependencies, database.id);
  const nodes = [...database.topology.nodes, ...database.topology.kept];
  const seen = await Promise.all(nodes.map((node) => lookAtNode(dependencies, session, node)));
  const live = await withLag(dependencies, session, nodes, seen);
  const members = membersOf(live, database);
  const versions = await readVersions(dependencies, session, database);
  return { health: healthOf(live, database), nodes: live, members, ...versions };
};

const lookAtNode = async ({ platform, components }: Needs, session: Session, node: Node): Promise<LiveNode> => {
  const shown = { name: node.name, kind: node.kind, container: node.container };
  const state = await platform.inspectContainer(node.container).catch(() => null);
  if (!state?.running) return { ...shown, role: null, state: state ? 'stopped' : 'absent', lag_bytes: null };
  if (node.kind !== 'postgres') {
    const isRouter = node.kind === 'front' || node.kind === 'haproxy';
    const note = isRouter && state.health === 'healthy' && state.healthSays !== '' ? { note: state.healthSays } : {};
    return {
      ...shown,
      role: null,
      state: state.health === 'unhealthy' ? 'unhealthy' : 'running',
      lag_bytes: null,
      ...note,
    };
  }
  try {
    const position = await session.asSuperuser(node, components.postgres.readPosition);
    if (!position.in_recovery) return { ...shown, role: 'primary', state: 'running', lag_bytes: null };
    const [row] = await session.asSuperuser(node, (connection) =>
      connection.query("SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'"),
    );
    return { ...shown, role: 'replica', state: row ? 'streaming' : 'running', lag_bytes: null };
  } catch {
    return { ...shown, role: null, state: 'not answering', lag_bytes: null };
  }
};

/** How far each replica is behind what the primary has written: a replica that is cut off cannot know. */
const withLag = async (
  { components }: Needs,
  session: Session,
  nodes: readonly Node[],
  seen: readonly LiveNode[],
): Promise<readonly LiveNode[]> => {
  const { postgres } = components;
  const primary = nodes.find((_, index) => seen[index]!.role === 'primary');
  const positionOf = async (node: Node) =>
    postgres.parseLsn((await session.asSuperuser(node, postgres.readPosition)).lsn);
  const written = primary ? await positionOf(primary).catch(() => null) : null;
  if (written === null) return seen;
  return Promise.all(
    seen.map(async (live, index) => {
      if (live.role !== 'replica') return live;
      const replayed = await positionOf(nodes[index]!).catch(() => null);
      return replayed === null ? live : { ...live, lag_bytes: Math.max(0, Number(written - replayed)) };
    }),
  );
};

const membersOf = (live: readonly LiveNode[], { topology }: Database): readonly Member[] => {
  const kept = new Set(topology.kept.map((node) => node.name));
  return live
    .filter((node) => node.kind === 'postgres' && !kept.has(node.name))
    .map((node): Member => {
      const leads = node.role === 'primary';
      return {
        name: node.name,
        role: leads ? 'leader' : 'replica',
        state: node.state,
        lag: leads ? 0 : node.lag_bytes,
      };
    })
    .toSorted((a, b) => Number(b.role === 'leader') - Number(a.role === 'leader'));
};

/** Down when nothing takes writes or the way there is gone; degraded when anything at all is not as it should be. */
const healthOf = (live: readonly LiveNode[], { topology }: Database): Health => {
  const kept = new Set(topology.kept.map((node) => node.name));
  const own = live.filter((node) => !kept.has(node.name));
  const primaries = own.filter((node) => node.role === 'primary');
  const front = own.find((node) => node.kind === 'front');
  if (primaries.length === 0 || front?.state !== 'running') return 'down';
  const asExpected = (node: LiveNode) =>
    node.kind !== 'postgres' ? node.state === 'running' : node.role === 'primary' || node.state === 'streaming';
  return primaries.length === 1 && own.every(asExpected) ? 'healthy' : 'degraded';
};

const readVersions = async ({ components }: Needs, session: Session, { topology }: Database) => {
  if (topology.stage < 3) return { patroni_version: null, etcd_version: null };
  const patroni = async (node: Node) => {
    const client = components.patroni.createPatroniClient({ host: await session.addressOf(node), timeoutMs: 1000 });
    try {
      return (await client.status()).patroni?.version ?? null;
    } finally {
      await client.close();
    }
  };
  const etcd = async (node: Node) =>
    (await components.etcd.createEtcdClient({ host: await session.addressOf(node), timeoutMs: 1000 }).status()).version;
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
