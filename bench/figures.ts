import type { Size } from './options.ts';
import type { Percentiles } from './percentiles.ts';

/** Which measurement a figure belongs to. */
export interface Round {
  readonly size: Size;
  /** Counts from 1. */
  readonly repetition: number;
}

export const operationNames = [
  'create',
  'pooling',
  'replicas',
  'ha',
  'rollback',
  'jump',
  'scale_down',
  'switchover_ha',
  'switchover_replicas',
  'change_single',
  'change_pooling',
  'change_replicas',
  'change_ha',
  'patroni_switchover',
  'failover',
  'patroni_failover',
  'pg_auto_failover_standby',
  'pg_auto_failover_switchover',
  'pg_auto_failover_failover',
] as const;
export type OperationName = (typeof operationNames)[number];

/** One operation, measured once. Milliseconds. */
export interface OperationFigure extends Round {
  readonly operation: OperationName;
  /** From the record of the operation to its end, by the operation's document. */
  readonly duration_ms: number;
  /** From the request to the moment at which a client of the API saw the end. */
  readonly seen_ms: number;
  readonly steps: readonly StepFigure[];
  /** Null for what has no steps of ours. */
  readonly overhead_per_step_ms: number | null;
  /** By pgrow's own account; null if it held no writes. */
  readonly held_ms: number | null;
  /** What clients saw meanwhile; null if none wrote. */
  readonly clients: ClientFigure | null;
  /** Of the machine, over one minute, when it ended. */
  readonly load: number;
}

export interface StepFigure {
  readonly name: string;
  readonly phase: string;
  /** After the operation was recorded. */
  readonly began_ms: number;
  readonly duration_ms: number;
}

export interface ClientFigure {
  readonly endpoint: string;
  /** Longest time between two acknowledgements, over all clients. */
  readonly longest_stall_ms: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Of the transactions acknowledged meanwhile; null when there were none. */
  readonly latency_ms: Percentiles | null;
  /** Of the whole run of the workload that this operation was part of; null when it could not be found out. */
  readonly lost: number | null;
}

export const floorNames = ['container', 'base_backup', 'base_backup_verified', 'base_backups_side_by_side'] as const;
export type FloorName = (typeof floorNames)[number];

/** What no one can do without: the same work by the bare programs. Milliseconds. */
export interface FloorFigure extends Round {
  readonly floor: FloorName;
  readonly duration_ms: number;
  readonly load: number;
}
