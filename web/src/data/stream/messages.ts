import type { DatabaseEntry, Operation, ProblemDocument, Status, Step, System } from '../types.ts';

/** What `GET /v1/stream` says. Every event but the last `problem` names its topic. */
export type StreamMessage =
  | { readonly event: 'snapshot' | 'changed'; readonly data: DatabasesMessage | DatabaseMessage | SystemMessage }
  | { readonly event: 'snapshot'; readonly data: OperationMessage }
  | { readonly event: 'progress'; readonly data: ProgressMessage }
  | { readonly event: 'ended'; readonly data: { readonly topic: string; readonly status: string } }
  | { readonly event: 'problem'; readonly data: { readonly topic: string | null; readonly problem: ProblemDocument } };

export interface DatabasesMessage {
  readonly topic: 'databases';
  readonly databases: readonly DatabaseEntry[];
  /** Ids; of changes only. */
  readonly removed?: readonly string[];
}

export interface DatabaseMessage {
  readonly topic: `database:${string}`;
  readonly database: Status;
}

export interface SystemMessage {
  readonly topic: 'system';
  readonly system: Partial<System>;
}

export interface OperationMessage {
  readonly topic: `operation:${string}`;
  readonly operation: Operation;
}

export interface ProgressMessage {
  readonly topic: `operation:${string}`;
  readonly operation: Partial<Operation>;
  /** Those that have changed. */
  readonly steps: readonly Step[];
}
