import type { Database } from '../domain/database.ts';
import type { NodeFault } from '../domain/faults.ts';
import type { Leadership } from '../domain/live.ts';
import { nodeNamed, nodesOf, type Node } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import { readFaults } from './read-faults.ts';
import { readHoldings } from './read-holdings.ts';
import { openSession, type Session } from './session.ts';

type Needs = Pick<Dependencies, 'platform' | 'store' | 'components'>;

/** Who takes writes: at stage 3 as the first Patroni member that answers has it, else as recorded. */
export const readLeader = async (dependencies: Needs, database: Database): Promise<string> =>
  (await readPatroniLeader(dependencies, database))?.name ?? database.topology.primary;

/** Who takes writes and who could: what a switchover is planned by. */
export const readLeadership = async (dependencies: Needs, database: Database): Promise<Leadership> => {
  const leader = await readLeader(dependencies, database);
  const session = await openSession(dependencies, database.id);
  const { readReplication } = dependencies.components.postgres;
  const replicas = await session.asSuperuser(nodeNamed(database.topology, leader), readReplication).catch(() => []);
  const candidates = replicas.map(({ name, state, lag_bytes, sync_state }) => ({
    name,
    state,
    lag_bytes,
    synchronous: sync_state === 'sync' || sync_state === 'quorum',
  }));
  const leaderless = await isLeaderless(dependencies, session, leader);
  const faults = await readFaults(dependencies.platform, database);
  const nobodyLeads = leaderless || isLostForGood(database, faults);
  return {
    leader,
    candidates,
    leaderless,
    faults,
    holdings: nobodyLeads ? await readHoldings(dependencies, session) : null,
  };
};

/** A plain primary without its data, beside replicas that have theirs. */
const isLostForGood = ({ topology }: Database, faults: readonly NodeFault[]): boolean => {
  const fault = faults.find(({ name }) => name === topology.primary);
  return topology.replicas !== null && fault?.state === 'missing' && fault.has_data === false;
};

const isLeaderless = async (
  { components: { postgres } }: Needs,
  session: Session,
  leader: string,
): Promise<boolean> => {
  const { topology } = session.database;
  if (!topology.ha) return false;
  const takesWrites = (node: Node) =>
    session.asSuperuser(node, async (connection) => !(await postgres.isReplica(connection))).catch(() => false);
  if (await takesWrites(nodeNamed(topology, leader))) return false;
  return !(await Promise.all(nodesOf(topology, 'postgres').map(takesWrites))).includes(true);
};

/** Null below stage 3, and where no member answers or none leads. */
export const readPatroniLeader = async (
  dependencies: Needs,
  database: Database,
): Promise<{ readonly name: string; readonly timeline: number } | null> => {
  if (!database.topology.ha) return null;
  const session = await openSession(dependencies, database.id);
  for (const node of nodesOf(database.topology, 'postgres')) {
    const client = await session
      .addressOf(node)
      .then((host) => dependencies.components.patroni.createPatroniClient({ host, timeoutMs: 1000 }))
      .catch(() => null);
    if (!client) continue;
    try {
      const leader = (await client.cluster()).members.find((member) => member.role === 'leader');
      return leader ? { name: leader.name, timeline: leader.timeline ?? 0 } : null;
    } catch {
      continue;
    } finally {
      await client.close();
    }
  }
  return null;
};
