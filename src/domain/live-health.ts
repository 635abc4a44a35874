import type { Health, LiveNode, NodeState } from './live-state.ts';
import type { RouteWrite } from './route-write.ts';
import { nodesOf, type NodeKind, type Topology } from './topology.ts';

/** What follows from the states of the nodes, and from nothing else than what was seen. */

/** Nodes of the present stage: what is kept for a rollback serves no client. */
export const ownNodes = (nodes: readonly LiveNode[], { kept }: Pick<Topology, 'kept'>): readonly LiveNode[] =>
  nodes.filter(({ name }) => !kept.some((node) => node.name === name));

/** Whether the states alone leave open that clients can write: then a write through their ways has to tell. */
export const isDoubtful = (nodes: readonly LiveNode[], topology: Topology): boolean => {
  // It is known to serve no client.
  if (topology.stopped) return false;
  const own = ownNodes(nodes, topology);
  const runs = ({ state }: LiveNode) => state === 'running';
  const all = (kind: NodeKind) => own.filter((node) => node.kind === kind);
  const blocked = (kind: NodeKind) => nodesOf(topology, kind).length > 0 && !all(kind).some(runs);
  const primaries = own.filter(({ role }) => role === 'primary');
  return primaries.length !== 1 || blocked('front') || blocked('haproxy') || blocked('pgbouncer');
};

/** What is known of a server that takes no writes: the engine, its supervisor or the server itself says so. */
export const takesNoWrites = ({ role, state }: Pick<LiveNode, 'role' | 'state'>): boolean =>
  role === 'replica' || downStates.includes(state);

const downStates: readonly NodeState[] = ['stopped', 'absent', 'server stopped', 'fenced'];

/**
 * Whether each commit of a client waits: replicas have to confirm it, and all of them are known to be down. The primary itself looks
 * well then. No write is tried: it would wait too, and take one of the server's connections until a replica is back.
 */
export const commitsWait = (nodes: readonly LiveNode[], topology: Topology): boolean => {
  if (topology.replicas?.replication_mode !== 'sync') return false;
  const servers = ownNodes(nodes, topology).filter(({ kind }) => kind === 'postgres');
  const replicas = servers.filter(({ name }) => name !== topology.primary);
  return servers.some(({ role }) => role === 'primary') && replicas.every(({ state }) => downStates.includes(state));
};

/** Servers of which pgrow cannot know, because it is kept out or its engine does not answer. */
export const isUnseen = ({ state }: Pick<LiveNode, 'state'>): boolean => unseenStates.includes(state);

const unseenStates: readonly NodeState[] = ['access refused', 'no connection free', 'unknown'];

/**
 * `served`: a write was acknowledged. `unserved`: clients' writes fail. `unknown`: pgrow could not try, or heard nothing
 * from anybody, in which case it may be pgrow that is cut off.
 */
export type Verdict = 'served' | 'unserved' | 'unknown';

export const verdictOf = (nodes: readonly LiveNode[], writes: readonly RouteWrite[]): Verdict => {
  const any = (outcome: RouteWrite['outcome']) => writes.some((write) => write.outcome === outcome);
  if (any('acknowledged')) return 'served';
  if (any('unseen')) return 'unknown';
  if (any('failed')) return 'unserved';
  return any('silent') && nodes.some(({ role }) => role !== null) ? 'unserved' : 'unknown';
};

/** `writes`: tried where the nodes left room for doubt, else none. */
export const healthOf = (nodes: readonly LiveNode[], topology: Topology, writes: readonly RouteWrite[]): Health => {
  if (topology.stopped) return 'stopped';
  const own = ownNodes(nodes, topology);
  const servers = own.filter(({ kind }) => kind === 'postgres');
  if (commitsWait(nodes, topology)) return 'down';
  if (!isDoubtful(nodes, topology)) return own.every(isAsItShouldBe) ? 'healthy' : 'degraded';
  const isLed = servers.some(({ role }) => role === 'primary');
  const verdict = verdictOf(
    own,
    writes.filter(({ place }) => place === 'front'),
  );
  if (verdict === 'unserved' || servers.every(takesNoWrites)) return 'down';
  if (isLed) return 'degraded';
  return verdict === 'served' && !servers.some(isUnseen) ? 'degraded' : 'unknown';
};

const isAsItShouldBe = ({ kind, role, state }: LiveNode): boolean =>
  kind === 'postgres' && role === 'replica' ? state === 'streaming' : state === 'running';
