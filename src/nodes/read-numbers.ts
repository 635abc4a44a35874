import type { PoolStatus } from '../components/pgbouncer/index.ts';
import { ports, roles } from '../domain/naming.ts';
import type { PoolerReading, Reading, ServerReading } from '../domain/samples.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { NodeDependencies } from './dependencies.ts';
import { withTimeLimit } from './deadlines.ts';
import type { Session } from './session.ts';

/** Milliseconds for all that is asked of one node. */
const nodeLimitMs = 3000;

interface Wanted {
  /** Whether the size of the database is measured too. */
  readonly size: boolean;
}

/** What the nodes of a database count and measure. A node that does not answer is left out, never an error. */
export const readNumbers = async (
  { components: { postgres } }: Pick<NodeDependencies, 'components'>,
  session: Session,
  { size }: Wanted,
): Promise<Omit<Reading, 'at' | 'disk_free_bytes'>> => {
  const { name, topology } = session.database;
  let size_bytes: number | null = null;
  const ask = (node: Node): Promise<ServerReading> =>
    session.asSuperuser(node, async (connection) => {
      const reading = await postgres.readServer(connection, name);
      if (size && !reading.in_recovery) size_bytes = await postgres.readDatabaseSize(connection, name);
      return reading;
    });
  const servers = nodesOf(topology, 'postgres');
  const isPrimary = (node: Node) => node.name === topology.primary;
  // First the one that is ahead: what a replica has replayed since is not lag.
  const [primary, poolers] = await Promise.all([
    answersOf(servers.filter(isPrimary), ask),
    answersOf(nodesOf(topology, 'pgbouncer'), (node) => readPools(session, node)),
  ]);
  const replicas = await answersOf(
    servers.filter((node) => !isPrimary(node)),
    ask,
  );
  return { servers: { ...primary, ...replicas }, poolers, size_bytes };
};

const answersOf = async <T>(
  nodes: readonly Node[],
  ask: (node: Node) => Promise<T>,
): Promise<Readonly<Record<string, T>>> => {
  const answers = await Promise.all(
    nodes.map(async (node) => {
      const answer = withTimeLimit(nodeLimitMs, `${node.name} did not say how much it does`, ask(node));
      return [node.name, await answer.catch(() => null)] as const;
    }),
  );
  return Object.fromEntries(answers.flatMap(([node, answer]) => (answer === null ? [] : [[node, answer] as const])));
};

/** Of both its processes together. */
const readPools = async (session: Session, pooler: Node): Promise<PoolerReading> => {
  const both = [ports.pooled, ports.pooledReadOnly].map((port) =>
    session.asPoolerAdmin(pooler, port, (admin) => admin.pools()),
  );
  const pools = (await Promise.all(both)).flat().filter(isApplications);
  const sum = (of: (pool: PoolStatus) => number) => pools.reduce((total, pool) => total + of(pool), 0);
  return {
    active: sum(({ cl_active }) => cl_active),
    waiting: sum(({ cl_waiting }) => cl_waiting),
    servers: sum(({ sv_active, sv_idle }) => sv_active + sv_idle),
  };
};

/** Neither the console's own pool, nor that of the look-ups of passwords. */
const isApplications = ({ database, user }: PoolStatus): boolean => database !== 'pgbouncer' && user !== roles.pooler;
