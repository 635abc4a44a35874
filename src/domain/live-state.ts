import type { Settings } from './settings.ts';
import type { NodeFault } from './faults.ts';
import type { Holdings } from './holdings.ts';
import type { RouteWrite } from './route-write.ts';
import type { NodeKind } from './topology.ts';

/** The state that a database's nodes report at this moment. */
export interface LiveState {
  readonly health: Health;
  /** In the order of the topology. */
  readonly nodes: readonly LiveNode[];
  /** PostgreSQL nodes as the health endpoint's `/cluster` shows them, the leader first. */
  readonly members: readonly Member[];
  /** The result of a write through each route; empty if there was no reason to try. */
  readonly writes: readonly RouteWrite[];
  /** Sentences: what is wrong or cannot be seen, and what to do about it. */
  readonly notices: readonly string[];
  /** Null below stage 3. */
  readonly patroni_version: string | null;
  readonly etcd_version: string | null;
}

/**
 * `degraded`: it takes writes, but not everything is as it should be. `down`: clients' writes fail. `unknown`: pgrow cannot
 * see whether it takes writes. `stopped`: on purpose, as the record says.
 */
export const healths = ['healthy', 'degraded', 'down', 'unknown', 'stopped'] as const;
export type Health = (typeof healths)[number];

/**
 * `absent`, `stopped`: down, according to the engine. `not answering`: its container runs, but nothing was heard from it.
 * `access refused`, `no connection free`, `starting`: it answers, but accepts no login of pgrow's. `replay paused`: a replica
 * that receives WAL and does not apply it. `server stopped`, `fenced`: its container runs, and its supervisor keeps the
 * server down on purpose. `unhealthy`: its health check fails. `unknown`: the engine does not say.
 */
export const nodeStates = [
  'running',
  'streaming',
  'replay paused',
  'starting',
  'access refused',
  'no connection free',
  'not answering',
  'unhealthy',
  'server stopped',
  'fenced',
  'stopped',
  'absent',
  'unknown',
] as const;
export type NodeState = (typeof nodeStates)[number];

export interface LiveNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** Of PostgreSQL nodes: `primary` or `replica`; null if it cannot be asked. */
  readonly role: 'primary' | 'replica' | null;
  readonly state: NodeState;
  /** Why it is in this state, if it should be in another. */
  readonly detail: string | null;
  readonly container: string;
  /** Of replicas that can tell: behind the primary, or without one behind what the last leader is known to have written. */
  readonly lag_bytes: number | null;
  /** What a server has written or replayed; null if it cannot be asked. */
  readonly position: { readonly lsn: string; readonly timeline: number } | null;
  /** What an operator should know of a node that runs as it should. */
  readonly note?: string;
  /** What a look that had the time for it found besides; absent from earlier records. */
  readonly facts?: NodeFacts;
}

/** Each is absent where it does not apply or could not be read in time. */
export interface NodeFacts {
  /** Whether it leads the members of etcd. */
  readonly leads?: boolean;
  /** Whether commits wait for this replica. */
  readonly synchronous?: boolean;
  /** Seconds that a replica's last replayed transaction is behind; 0 where nothing is left to replay. */
  readonly lag_seconds?: number;
  /** Since when it has been in this state, as far as it was looked at. ISO 8601. */
  readonly since?: string;
  /** When it answered last itself, not only its engine. ISO 8601. */
  readonly answered_at?: string;
  /** Of its program: `17.6`. */
  readonly version?: string;
  /** Bytes in its volume. */
  readonly volume_bytes?: number;
  /** Of one that takes writes: what ALTER SYSTEM has set there. */
  readonly by_alter_system?: Settings;
  /** That its container was made from. */
  readonly image?: NodeImage;
  readonly servers?: RouterServers;
  readonly pool?: PoolerLoad;
}

export interface NodeImage {
  /** `pgrow/postgres:17-14fbf00ff855` */
  readonly reference: string;
  /** Whether nodes of this kind are made from it now. */
  readonly newest: boolean;
  /** When it was built, ISO 8601; null if that is not known. */
  readonly made_at: string | null;
}

/** Servers that each of a router's ports leads to. `total`: how many it should be. */
export interface RouterServers {
  readonly read_write: ServerCount;
  readonly read_only: ServerCount;
}

export interface ServerCount {
  readonly up: number;
  readonly total: number;
}

/** Clients of a pooler, over all its databases. */
export interface PoolerLoad {
  readonly active: number;
  readonly waiting: number;
  /** Clients that it takes at most. */
  readonly limit: number;
  readonly paused: boolean;
}

/** Who takes writes, and who could instead. */
export interface Leadership {
  readonly leader: string;
  /** Replicas as the leader sees them; none if it does not answer. */
  readonly candidates: readonly Candidate[];
  /** Whether no server takes writes at stage 3; the leader is then the last known one. */
  readonly leaderless: boolean;
  /** Servers of this stage and the previous one that reject pgrow's login: nothing is known about them. */
  readonly unseen: readonly Unseen[];
  /** Recorded nodes that are not as they should be. */
  readonly faults: readonly NodeFault[];
  /** If no server takes writes, or a failover is planned: what each holds. */
  readonly holdings: Holdings | null;
  /** Replicas that can do nothing now: paused, cut off or silent. */
  readonly hanging: readonly string[];
}

export interface Unseen {
  readonly name: string;
  /** In the words of the server, or of the engine. */
  readonly detail: string;
}

export interface Candidate {
  readonly name: string;
  /** `streaming`, `catchup` …, as PostgreSQL has it. */
  readonly state: string;
  readonly lag_bytes: number;
  /** Whether a commit waits for it. */
  readonly synchronous: boolean;
}

export interface Member {
  readonly name: string;
  readonly role: 'leader' | 'replica';
  readonly state: string;
  /** Bytes; null if unknown. */
  readonly lag: number | null;
}
