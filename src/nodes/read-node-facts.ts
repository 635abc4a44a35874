import { applicationName } from '../domain/database.ts';
import type { LiveState, NodeFacts, PoolerLoad } from '../domain/live-state.ts';
import { ports, roles } from '../domain/naming.ts';
import type { FactsByNode } from '../domain/observed-facts.ts';
import { shownSettings } from '../domain/setting-catalogue.ts';
import { countServers } from '../domain/router-view.ts';
import { poolerConfig } from '../domain/routes.ts';
import { nodesOf, type Node, type Pooling } from '../domain/topology.ts';
import type { SessionDependencies } from './dependencies.ts';
import { withTimeLimit } from './deadlines.ts';
import { lookLimits, type Session } from './session.ts';

/** Milliseconds that a node may take to say what it knows; without an answer that is not known. */
const factsLimitMs = 1500;

export interface NodeFactsReader {
  /** Of nodes that serve, beside their state. One that does not answer is left out; never an error. */
  read(live: LiveState): Promise<FactsByNode>;
}

/** What is costly to find out is read once. */
export const createNodeFactsReader = (
  { components }: Pick<SessionDependencies, 'components'>,
  session: Session,
  limitMs = factsLimitMs,
): NodeFactsReader => {
  const once = new Map<string, Promise<unknown>>();
  const readOnce = async <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const known = (once.get(key) as Promise<T> | undefined) ?? read();
    once.set(key, known);
    return known.catch((error: unknown) => {
      once.delete(key);
      throw error;
    });
  };
  const server = async (node: Node): Promise<NodeFacts> =>
    session.asSuperuser(node, async (connection) => {
      const { postgres } = components;
      const { version, lag_seconds } = await postgres.readSelfReport(connection);
      const volume_bytes = await readOnce(`bytes of ${node.name}`, () => postgres.readHeldBytes(connection));
      if (lag_seconds !== null) return { version, volume_bytes, lag_seconds };
      const by_alter_system = shownSettings(await postgres.readAlterSystem(connection));
      return { version, volume_bytes, by_alter_system };
    });
  const replicas = nodesOf(session.database.topology, 'postgres').length - 1;
  const router = (node: Node): Promise<NodeFacts> =>
    session.asRouter(node, async (api) => {
      const version = await readOnce(`version of ${node.name}`, () => components.haproxy.readVersion(api));
      const seen = node.kind === 'haproxy' ? await components.haproxy.readServers(api) : null;
      return { ...(version !== null && { version }), ...(seen && { servers: countServers(seen, replicas) }) };
    });
  const member = async (node: Node): Promise<NodeFacts> => {
    const { version, leads } = await (await session.connectEtcd(node, lookLimits)).status();
    return { version, leads };
  };
  const read: Readonly<Record<Node['kind'], (node: Node) => Promise<NodeFacts>>> = {
    postgres: server,
    haproxy: router,
    front: router,
    etcd: member,
    pgbouncer: (node) => readPooler(session, node),
  };
  return {
    async read(live) {
      const { topology } = session.database;
      const serving = [...topology.nodes, ...topology.kept].filter(({ name }) =>
        live.nodes.some((node) => node.name === name && (node.state === 'running' || node.state === 'streaming')),
      );
      const answered_at = new Date().toISOString();
      const facts = await Promise.all(
        serving.map(async (node): Promise<[string, NodeFacts] | null> =>
          withTimeLimit(limitMs, node.name, read[node.kind](node)).then(
            (known) => [node.name, { ...known, answered_at }],
            () => null,
          ),
        ),
      );
      return withSynchronous(
        new Map(facts.filter((entry) => entry !== null)),
        await readSynchronous(components, session, live),
      );
    },
  };
};

/** Replicas that the primary waits for, by name: null where it was not asked or does not answer. */
const readSynchronous = async (
  { postgres }: SessionDependencies['components'],
  session: Session,
  live: LiveState,
): Promise<ReadonlyMap<string, boolean> | null> => {
  const primary = live.nodes.find(({ role }) => role === 'primary');
  if (!primary || !live.nodes.some(({ role }) => role === 'replica')) return null;
  const asked = session.asSuperuser(primary, postgres.readReplication);
  return withTimeLimit(factsLimitMs, primary.name, asked).then(
    (replicas) =>
      new Map(replicas.map(({ name, sync_state }) => [name, sync_state === 'sync' || sync_state === 'quorum'])),
    () => null,
  );
};

const withSynchronous = (facts: Map<string, NodeFacts>, replicas: ReadonlyMap<string, boolean> | null): FactsByNode => {
  for (const [name, synchronous] of replicas ?? []) {
    const known = facts.get(name);
    if (known) facts.set(name, { ...known, synchronous });
  }
  return facts;
};

const readPooler = async (session: Session, node: Node): Promise<NodeFacts> => {
  const { topology, name } = session.database;
  const { pooling } = topology;
  if (!pooling) return {};
  const hasReadOnly = poolerConfig(topology, pooling).read_only !== null;
  const parts = await Promise.all(
    (hasReadOnly ? [ports.pooled, ports.pooledReadOnly] : [ports.pooled]).map((port) =>
      session.asPoolerAdmin(node, port, async (admin) => {
        const paused = await admin.isPaused();
        return { version: await admin.version(), paused, pools: await admin.pools() };
      }),
    ),
  );
  const version = parts[0]?.version ?? null;
  return { ...(version !== null && { version }), pool: loadOf(parts, pooling, applicationName(name)) };
};

type Part = {
  readonly paused: boolean;
  readonly pools: readonly {
    readonly database: string;
    readonly user: string;
    readonly cl_active: number;
    readonly cl_waiting: number;
  }[];
};

const ownRoles: readonly string[] = Object.values(roles);

/** Over all its ports, the application's clients only. */
const loadOf = (parts: readonly Part[], { max_client_connections }: Pooling, application: string): PoolerLoad => {
  const own = parts
    .flatMap(({ pools }) => pools)
    .filter(({ database, user }) => database === application && !ownRoles.includes(user));
  const sum = (count: 'cl_active' | 'cl_waiting') => own.reduce((all, pool) => all + pool[count], 0);
  return {
    active: sum('cl_active'),
    waiting: sum('cl_waiting'),
    limit: max_client_connections * parts.length,
    paused: parts.some(({ paused }) => paused),
  };
};
