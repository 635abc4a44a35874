import type { Database } from '../domain/database.ts';
import type { NodeFault } from '../domain/faults.ts';
import type { Leadership, LiveNode, Unseen } from '../domain/live.ts';
import { PgrowError } from '../domain/errors.ts';
import { isUnseen, ownNodes } from '../domain/live-health.ts';
import { nodeNamed, nodesOf } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import { lookAtNode } from './look-at-node.ts';
import { readFaults } from './read-faults.ts';
import { readHoldings } from './read-holdings.ts';
import { whyItHangs } from './why-it-hangs.ts';
import { openSession, type Session } from './session.ts';

type Needs = Pick<Dependencies, 'platform' | 'store' | 'components'>;

/** Who takes writes: at stage 3 as the first Patroni member that answers has it, else as recorded. */
export const readLeader = async (dependencies: Needs, database: Database): Promise<string> =>
  (await readPatroniLeader(dependencies, database))?.name ?? database.topology.primary;

/** Who takes writes and who could: what a switchover is planned by. */
export const readLeadership = async (dependencies: Needs, database: Database): Promise<Leadership> => {
  const { topology } = database;
  const session = await openSession(dependencies, database.id);
  const servers = [...topology.nodes, ...topology.kept].filter(({ kind }) => kind === 'postgres');
  const look = async () => {
    const looks = await Promise.all(servers.map((server) => lookAtNode(dependencies, session, server)));
    return looks.map(({ node }) => node);
  };
  const [{ leader, candidates }, seen] = await Promise.all([readCandidates(dependencies, database), look()]);
  // One answer that did not come is no proof that nobody leads.
  const isDoubtful = isLeaderless(seen, topology) && seen.some(({ state }) => state === 'not answering');
  const nodes = isDoubtful ? await look() : seen;
  const unasked = nodes.find(({ state }) => state === 'unknown');
  // What the engine does not say now it may say in a moment: no reason to refuse.
  if (unasked)
    throw new PgrowError('docker_unavailable', unasked.detail ?? `The engine says nothing of ${unasked.name}.`);
  const leaderless = isLeaderless(nodes, topology);
  const faults = await readFaults(dependencies.platform, database);
  const nobodyLeads = leaderless || isLostForGood(database, faults);
  return {
    leader,
    candidates,
    leaderless,
    unseen: nodes.flatMap(unseenOf),
    faults,
    holdings: nobodyLeads ? await readHoldings(dependencies, session) : null,
    hanging: await readHanging(dependencies, session, leader),
  };
};

/** The leader, and its replicas as it sees them. */
export const readCandidates = async (
  dependencies: Needs,
  database: Database,
): Promise<Pick<Leadership, 'leader' | 'candidates'>> => {
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
  return { leader, candidates };
};

/** A plain primary without its data, beside replicas that have theirs. */
const isLostForGood = ({ topology }: Database, faults: readonly NodeFault[]): boolean => {
  const fault = faults.find(({ name }) => name === topology.primary);
  return topology.replicas !== null && fault?.state === 'missing' && fault.has_data === false;
};

/** A member that keeps pgrow out may well take writes. */
const isLeaderless = (nodes: readonly LiveNode[], topology: Database['topology']): boolean =>
  topology.ha !== null && !ownNodes(nodes, topology).some((node) => node.role === 'primary' || isUnseen(node));

const unseenOf = (node: LiveNode): readonly Unseen[] =>
  isUnseen(node) ? [{ name: node.name, detail: node.detail ?? node.state }] : [];

/** Replicas that can do nothing now; one that has exited may do well once it is started again. */
const readHanging = async (dependencies: Needs, session: Session, leader: string): Promise<readonly string[]> => {
  const others = nodesOf(session.database.topology, 'postgres').filter(({ name }) => name !== leader);
  const reasons = await Promise.all(others.map((node) => whyItHangs(dependencies, session, node)));
  return others.filter((_, index) => reasons[index] && !reasons[index].exited).map(({ name }) => name);
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
