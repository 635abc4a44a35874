import { costOf } from './cost.ts';
import type { Held } from './held.ts';
import { heldNotices } from './held-records.ts';
import type { Health, LiveState, Member } from './live-state.ts';
import { isStale, staleAfterMs, whyUnseen } from './observed.ts';
import { waitingFor, type OperationStatus, type OperationType, type StepRecord } from './operation.ts';
import type { Prices } from './prices.ts';
import type { Stage } from './stage.ts';
import { nodesOf, type Topology } from './topology.ts';

/** A database as the list of all needs it: what is on record, and what was seen of it last. */
export interface FleetRecord {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly postgres_major: number;
  /** ISO 8601, as are the others. */
  readonly created_at: string;
  /** Milliseconds since then, by the same clock. */
  readonly exists_ms: number;
  readonly topology: Topology;
  readonly held?: Held;
  readonly seen: FleetSeen | null;
  /** The end of its rollback window; null without one. */
  readonly checkpoint_until: string | null;
  /** The last one. Steps only of one that runs. */
  readonly operation: FleetOperation | null;
}

export interface FleetSeen extends Pick<LiveState, 'health' | 'members' | 'notices'> {
  readonly seen_at: string;
  readonly age_ms: number;
}

interface FleetOperation {
  readonly id: string;
  readonly type: OperationType;
  readonly status: OperationStatus;
  readonly steps: readonly Pick<StepRecord, 'phase' | 'status' | 'waiting' | 'detail'>[];
  /** Dollars per month after it. */
  readonly monthly_usd: number;
}

/** Why someone should look at a database; the most urgent first. */
export const attentions = ['needs_operator', 'down', 'held', 'unknown', 'degraded', 'waiting'] as const;
export type Attention = (typeof attentions)[number];

export interface FleetEntry {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly postgres_major: number;
  readonly created_at: string;
  readonly stage: Stage;
  readonly pooling: boolean;
  readonly health: Health;
  readonly attention: Attention | null;
  /** A sentence; null where nothing asks for attention. */
  readonly reason: string | null;
  /** When its nodes were looked at; null if never. */
  readonly observed_at: string | null;
  /** Null if it is not known. */
  readonly leader: string | null;
  readonly replicas: number;
  /** Of the replica that is furthest behind; null if that is not known. */
  readonly max_lag_bytes: number | null;
  readonly checkpoint_until: string | null;
  readonly operation: {
    readonly id: string;
    readonly type: OperationType;
    /** Number of the step it has come to, from 1; of `steps`. */
    readonly step: number;
    readonly steps: number;
    readonly phase: string | null;
    readonly waiting_for: string | null;
    /** Dollars per month after it. */
    readonly monthly_usd: number;
  } | null;
  readonly monthly_usd: number;
}

export const fleetEntry = (record: FleetRecord, prices: Prices): FleetEntry => {
  const { id, project, name, postgres_major, created_at, topology, checkpoint_until } = record;
  const seen = record.seen && !isStale(record.seen) ? record.seen : null;
  const members = seen?.members ?? [];
  const health = seen?.health ?? 'unknown';
  const operation = progressOf(record.operation);
  const attention = attentionOf(record, health, operation?.waiting_for ?? null);
  return {
    id,
    project,
    name,
    postgres_major,
    created_at,
    stage: topology.stage,
    pooling: topology.pooling !== null,
    health,
    attention,
    reason: attention && reasonOf(attention, record, seen, operation?.waiting_for ?? null),
    observed_at: record.seen?.seen_at ?? null,
    leader: members.find(({ role }) => role === 'leader')?.name ?? null,
    replicas: nodesOf(topology, 'postgres').length - 1,
    max_lag_bytes: maxLag(members),
    checkpoint_until,
    operation,
    monthly_usd: costOf(topology, prices).monthly_usd,
  };
};

/**
 * Milliseconds until its entry may change by the passing of time alone: what was seen is too old then, or it is new no longer. Null
 * for never.
 */
export const fleetAgesIn = ({ seen, exists_ms }: Pick<FleetRecord, 'seen' | 'exists_ms'>): number | null => {
  const age = seen?.age_ms ?? exists_ms;
  return age > staleAfterMs ? null : Math.floor(staleAfterMs - age) + 1;
};

const progressOf = (operation: FleetOperation | null): FleetEntry['operation'] => {
  if (operation?.status !== 'running') return null;
  const { id, type, steps, monthly_usd } = operation;
  const current = steps.findIndex(({ status }) => status === 'running' || status === 'pending');
  const index = current === -1 ? steps.length - 1 : current;
  return {
    id,
    type,
    step: index + 1,
    steps: steps.length,
    phase: steps[index]?.phase ?? null,
    waiting_for: waitingFor(steps),
    monthly_usd,
  };
};

const maxLag = (members: readonly Member[]): number | null => {
  const lags = members.filter(({ role }) => role === 'replica').map(({ lag }) => lag);
  return lags.length === 0 || lags.includes(null) ? null : Math.max(...lags.map(Number));
};

const attentionOf = (record: FleetRecord, health: Health, waiting: string | null): Attention | null => {
  if (record.operation?.status === 'needs_operator') return 'needs_operator';
  if (health === 'down') return 'down';
  if (record.held) return 'held';
  // Nothing can have looked at it yet.
  if (health === 'unknown' && record.seen === null && isNew(record)) return waiting === null ? null : 'waiting';
  if (health === 'unknown' || health === 'degraded') return health;
  return waiting === null ? null : 'waiting';
};

/** It is being made, or was made a moment ago. */
const isNew = ({ exists_ms, operation }: FleetRecord): boolean =>
  exists_ms < staleAfterMs || (operation?.status === 'running' && ['create', 'restore'].includes(operation.type));

const reasonOf = (
  attention: Attention,
  { name, held, operation, seen: last }: FleetRecord,
  seen: FleetSeen | null,
  waiting: string | null,
): string | null => {
  if (attention === 'needs_operator')
    return `Its ${operation?.type.replaceAll('_', ' ')} could not be finished. See ./pgrow operations ${name}`;
  if (attention === 'held') return (held && heldNotices(name, held)[0]) ?? null;
  if (attention === 'waiting') return `Its operation waits for ${waiting}`;
  return seen ? (seen.notices[0] ?? null) : whyUnseen(last);
};
