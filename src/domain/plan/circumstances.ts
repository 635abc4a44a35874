import type { ChangeFacts } from '../change.ts';
import type { Database } from '../database.ts';
import type { Facts } from '../facts.ts';
import type { NodeFault } from '../faults.ts';
import type { Holdings } from '../holdings.ts';
import type { Candidate, Unseen } from '../live-state.ts';
import type { Plan } from '../plan.ts';
import type { RotationFacts } from '../rotation.ts';
import type { Restored } from './restore.ts';

/** What a plan depends on besides its input. */
export interface Circumstances {
  readonly database: Database;
  readonly operation_id: string;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  readonly candidates: readonly Candidate[];
  /** Whether at stage 3 no server takes writes. Default false. */
  readonly leaderless?: boolean;
  /** Recorded nodes that are not as they should be. Default none. */
  readonly faults?: readonly NodeFault[];
  /** If no server takes writes, or a failover is planned: what each holds. */
  readonly holdings?: Holdings | null;
  /** Servers that keep pgrow out. Default none. */
  readonly unseen?: readonly Unseen[];
  /** Replicas that can do nothing now. Default none. */
  readonly hanging?: readonly string[];
  /** The operation whose checkpoint is still open. */
  readonly last: (Pick<Plan, 'type' | 'from' | 'to'> & Partial<Pick<Plan, 'on_close' | 'changes'>>) | null;
  /** What a new database starts with; null: nothing. */
  readonly restored: Restored | null;
  /** What its server holds; null if there is none yet. */
  readonly facts?: Facts | null;
  /** Of a change: what it has to know of the servers; null if none could be asked. */
  readonly change?: ChangeFacts | null;
  /** Of a rotation: the application's role as the server that takes writes has it; null if none could be asked. */
  readonly rotation?: RotationFacts | null;
}
