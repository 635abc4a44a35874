import type { ChangedContainer } from './changed-containers.ts';
import type { Database } from './database.ts';
import type { NodeFault } from './faults.ts';
import type { OperationDocument, OperationStatus } from './operation.ts';

/** What exists. Read before the metadata, so that nothing created in between counts as a leftover. */
export interface Survey {
  readonly resources: readonly SurveyedResource[];
  /** Every database that a resource names and every one on record. */
  readonly databases: readonly SurveyedDatabase[];
}

export interface SurveyedResource {
  readonly kind: 'container' | 'volume' | 'network';
  readonly name: string;
  /** Service id on its label; null without one. */
  readonly database: string | null;
  /** Of a volume that holds a snapshot, or the container that makes one. */
  readonly snapshot: boolean;
  /** A volume that says which operation was the last one of a database. */
  readonly mark?: true;
  /** How the operation that made it ended, by the record; `unknown` to that. Absent if it names none. */
  readonly made_by?: OperationStatus | 'unknown';
}

export interface SurveyedDatabase {
  readonly id: string;
  /** Null if it was destroyed, never came to exist, or is not in this metadata. */
  readonly record: Database | null;
  /** Whether an operation runs. */
  readonly running: boolean;
  /** The last operation; null if none is known. */
  readonly last: OperationDocument | null;
  /**
   * Where the last operation is recorded as running although its workflow is not: how that ended, and the command that asks
   * for the same again.
   */
  readonly abandoned: { readonly how: string; readonly again: string } | null;
  /** Whether a rollback window is open on record whose workflow is gone from Temporal. */
  readonly unservedWindow: boolean;
  readonly snapshotVolumes: readonly string[];
  /**
   * On every server that answers: a standby keeps WAL for a slot just as the primary does. Not on kept nodes, which go with
   * their slots when the window closes.
   */
  readonly slots: readonly SurveyedSlot[];
  /** Slots that Patroni keeps for others than its members. */
  readonly permanentSlots: readonly string[];
  /** Nodes on record that are not as they should be. */
  readonly faults: readonly NodeFault[];
  /** Nodes whose container is not what pgrow would make now. */
  readonly changed: readonly ChangedContainer[];
  /** Names of the nodes. */
  readonly pausedPoolers: readonly string[];
  /** Names of the nodes whose supervisor was ordered to keep their server stopped. */
  readonly stoppedServers: readonly string[];
}

export interface SurveyedSlot {
  readonly name: string;
  /** Name of the node that has it. */
  readonly on: string;
  /** Container of that node. */
  readonly container: string;
  /** Whether that node is in recovery. */
  readonly standby: boolean;
  readonly physical: boolean;
  readonly active: boolean;
}
