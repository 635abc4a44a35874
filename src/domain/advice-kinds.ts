import { metricUnits } from './metric-names.ts';
import { sizeOf } from './container-spec.ts';
import type { Sample } from './samples.ts';
import { memoryText } from './server-size.ts';
import type { Snapshot } from './snapshot.ts';
import type { StorageUse } from './storage-use.ts';
import { nodeNamed, type Topology } from './topology.ts';
import type { Trend } from './trend.ts';

export const adviceCodes = [
  'pooling',
  'connections',
  'pool_size',
  'idle_in_transaction',
  'replicas',
  'reads',
  'lag',
  'cache',
  'disk',
  'storage',
  'image',
  'snapshot',
] as const;
export type AdviceCode = (typeof adviceCodes)[number];

export const evidenceUnits = [...metricUnits, 'days', 'nodes'] as const;
export type EvidenceUnit = (typeof evidenceUnits)[number];

export interface Evidence {
  /** As `GET …/metrics` names it; `snapshot_age`, `older_images` and `volume` besides. */
  readonly name: string;
  readonly node: string | null;
  readonly value: number;
  readonly unit: EvidenceUnit;
  /** ISO 8601: until when it was measured. */
  readonly at: string;
  /** Milliseconds up to then in which it was so; 0 for a moment. */
  readonly over_ms: number;
}

export interface Advice {
  readonly code: AdviceCode;
  /** A sentence with the numbers, and what would help. */
  readonly says: string;
  readonly evidence: readonly Evidence[];
  /** What would bring it about, to be posted below `…/postgres/`; null where pgrow has no operation for it. */
  readonly request: AdvisedRequest | null;
}

export const advisedPaths = ['pooling', 'replicas', 'change', 'snapshots'] as const;
export interface AdvisedRequest {
  readonly path: (typeof advisedPaths)[number];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Situation {
  readonly topology: Topology;
  /** Of the last minutes, oldest first. */
  readonly samples: readonly Sample[];
  readonly snapshots: readonly Pick<Snapshot, 'created_at' | 'damage'>[];
  /** Names of nodes whose image is not the one that they would be made from now. */
  readonly older_images: readonly string[];
  /** As the monitor measured it last. */
  readonly storage: StorageUse;
  /** Since the database was made. */
  readonly exists_ms: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a rule looks at. */
export interface Seen extends Situation {
  readonly trend: (name: string, node?: string) => Trend | null;
}

/** One thing that may be worth a line; null where it is not. */
export type Advise = (seen: Seen) => Advice | null;

export const evidence = (
  name: string,
  node: string | null,
  value: number,
  unit: EvidenceUnit,
  { at, over_ms }: Pick<Trend, 'at' | 'over_ms'>,
): Evidence => ({ name, node, value, unit, at: new Date(at).toISOString(), over_ms });

/** Never more than there is. */
export const percent = (share: number): string => `${Math.floor(share * 100)} %`;
export const whole = (value: number): string => String(Math.round(value));

/** Twice as much for each server, and a change that gives it to them. */
export const moreMemory = (topology: Topology): { readonly bytes: number; readonly request: AdvisedRequest } => {
  const bytes = 2 * sizeOf(nodeNamed(topology, topology.primary)).memory_bytes;
  return { bytes, request: { path: 'change', body: { memory: memoryText(bytes) } } };
};
