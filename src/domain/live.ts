import type { NodeFault } from './faults.ts';
import type { Holdings } from './holdings.ts';
import type { NodeKind } from './topology.ts';

/** What a database's nodes say of themselves at this moment. */
export interface LiveState {
  readonly health: Health;
  /** In the order of the topology. */
  readonly nodes: readonly LiveNode[];
  /** PostgreSQL nodes as the health endpoint's `/cluster` shows them, the leader first. */
  readonly members: readonly Member[];
  /** Null below stage 3. */
  readonly patroni_version: string | null;
  readonly etcd_version: string | null;
}

/** `degraded`: it takes writes, but not everything is as it should be. `down`: it takes no writes. */
export type Health = 'healthy' | 'degraded' | 'down';

export interface LiveNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** Of PostgreSQL nodes: `primary` or `replica`. */
  readonly role: string | null;
  /** `running`, `streaming`, `stopped`, `absent` … */
  readonly state: string;
  readonly container: string;
  /** Of replicas that can tell. */
  readonly lag_bytes: number | null;
  /** What an operator should know of a node that runs as it should. */
  readonly note?: string;
}

/** Who takes writes, and who could instead. */
export interface Leadership {
  readonly leader: string;
  /** Replicas as the leader sees them; none where it does not answer. */
  readonly candidates: readonly Candidate[];
  /** Whether at stage 3 nobody takes writes: the leader is then the last one there was. */
  readonly leaderless: boolean;
  /** Recorded nodes that are not as they should be. */
  readonly faults: readonly NodeFault[];
  /** Where nobody takes writes: what each server holds. */
  readonly holdings: Holdings | null;
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
  /** Bytes; null where unknown. */
  readonly lag: number | null;
}
