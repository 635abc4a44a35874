import type { Database } from '../domain/database.ts';
import type { NodeFault } from '../domain/faults.ts';
import type { Leadership, LiveNode, Unseen } from '../domain/live-state.ts';
import type { Wanted } from '../domain/looks.ts';
import { PgrowError } from '../domain/errors.ts';
import { isUnseen, ownNodes } from '../domain/live-health.ts';
import { faultIn, hangOf, liveNodeOf, type NodeLook } from '../domain/node-look.ts';
import { nodeNamed, nodesOf } from '../domain/topology.ts';
import type { NodeDependencies, SessionDependencies } from './dependencies.ts';
import { lookAtNode } from './look-at-node.ts';
import { readHoldings } from './read-holdings.ts';
import { lookLimits, openSession, type Session } from './session.ts';

/** Who takes writes: at stage 3 according to the first Patroni member that answers, else as recorded. */
export const readLeader = async (dependencies: SessionDependencies, database: Database): Promise<string> =>
  (await readPatroniLeader(dependencies, database))?.name ?? database.topology.primary;

/** Who takes writes and who could, from one look at every node: the basis of a plan. */
export const readLeadership = async (
  dependencies: NodeDependencies,
  session: Session,
  { holdings: wantsHoldings = false }: Pick<Wanted, 'holdings'>,
): Promise<Leadership> => {
  const { database } = session;
  const { topology } = database;
  const all = [...topology.nodes, ...topology.kept];
  const look = () => Promise.all(all.map((node) => lookAtNode(dependencies, session, node)));
  const [{ leader, candidates }, first] = await Promise.all([askLeader(dependencies, session), look()]);
  // One missing answer is no proof that there is no leader.
  const isDoubtful =
    isLeaderless(serversIn(first), topology) && serversIn(first).some(({ state }) => state === 'not answering');
  const looks = isDoubtful ? await look() : first;
  const servers = serversIn(looks);
  const unasked = servers.find(({ state }) => state === 'unknown');
  // The engine may answer in a moment, so this is no reason to refuse.
  if (unasked)
    throw new PgrowError('docker_unavailable', unasked.detail ?? `The engine says nothing of ${unasked.name}.`);
  const leaderless = isLeaderless(servers, topology);
  const faults = looks.map(faultIn).filter((fault) => fault !== null);
  const asksAll = wantsHoldings || leaderless || isLostForGood(database, faults);
  return {
    leader,
    candidates,
    leaderless,
    unseen: servers.flatMap(unseenOf),
    faults,
    holdings: asksAll ? await readHoldings(dependencies, session) : null,
    hanging: hangingIn(looks, topology, leader),
  };
};

/** The leader, and its replicas as it sees them. */
export const readCandidates = async (
  dependencies: SessionDependencies,
  database: Database,
): Promise<Pick<Leadership, 'leader' | 'candidates'>> =>
  askLeader(dependencies, await openSession(dependencies, database.id));

const askLeader = async (
  dependencies: NodeDependencies,
  session: Session,
): Promise<Pick<Leadership, 'leader' | 'candidates'>> => {
  const { topology } = session.database;
  const leader = (await askPatroni(session))?.name ?? topology.primary;
  const { readReplication } = dependencies.components.postgres;
  const replicas = await session.asSuperuser(nodeNamed(topology, leader), readReplication).catch(() => []);
  const candidates = replicas.map(({ name, state, lag_bytes, sync_state }) => ({
    name,
    state,
    lag_bytes,
    synchronous: sync_state === 'sync' || sync_state === 'quorum',
  }));
  return { leader, candidates };
};

const serversIn = (looks: readonly NodeLook[]): readonly LiveNode[] =>
  looks.map(liveNodeOf).filter(({ kind }) => kind === 'postgres');

/** A plain primary that has lost its data, while its replicas have theirs. */
const isLostForGood = ({ topology }: Database, faults: readonly NodeFault[]): boolean => {
  const fault = faults.find(({ name }) => name === topology.primary);
  return topology.replicas !== null && fault?.state === 'missing' && fault.has_data === false;
};

/** A member that rejects pgrow's login may still take writes. */
const isLeaderless = (nodes: readonly LiveNode[], topology: Database['topology']): boolean =>
  topology.ha !== null && !ownNodes(nodes, topology).some((node) => node.role === 'primary' || isUnseen(node));

const unseenOf = (node: LiveNode): readonly Unseen[] =>
  isUnseen(node) ? [{ name: node.name, detail: node.detail ?? node.state }] : [];

/** Replicas that hang. One that has exited does not count: it may work once it is restarted. */
const hangingIn = (looks: readonly NodeLook[], topology: Database['topology'], leader: string): readonly string[] => {
  const replicas = nodesOf(topology, 'postgres').filter(({ name }) => name !== leader);
  return looks
    .filter(({ node }) => replicas.some(({ name }) => name === node.name))
    .flatMap((look) => (hangOf(look)?.exited === false ? [look.node.name] : []));
};

/** Null below stage 3, and if no member answers or none leads. */
export const readPatroniLeader = async (
  dependencies: SessionDependencies,
  database: Database,
): Promise<{ readonly name: string; readonly timeline: number } | null> =>
  database.topology.ha ? askPatroni(await openSession(dependencies, database.id)) : null;

const askPatroni = async (session: Session): Promise<{ readonly name: string; readonly timeline: number } | null> => {
  const { topology } = session.database;
  if (!topology.ha) return null;
  for (const node of nodesOf(topology, 'postgres')) {
    const cluster = await session.asMember(node, (client) => client.cluster(), lookLimits).catch(() => null);
    if (!cluster) continue;
    const leader = cluster.members.find((member) => member.role === 'leader');
    return leader ? { name: leader.name, timeline: leader.timeline ?? 0 } : null;
  }
  return null;
};
