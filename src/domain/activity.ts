import { withoutStop } from './errors.ts';
import { stageNames, stages } from './stage.ts';

export const activityKinds = ['event', 'operation', 'checkpoint', 'snapshot', 'audit'] as const;
export type ActivityKind = (typeof activityKinds)[number];

export const severities = ['info', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

/** Something that happened to a database, of any kind. */
export interface ActivityEntry {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly kind: ActivityKind;
  readonly severity: Severity;
  /** What it is, among its kind: `failover`, `expand`, `window_opened`. */
  readonly type: string;
  /** A sentence. */
  readonly says: string;
  /** Who did it; null where that is not known. */
  readonly actor: string | null;
  readonly operation_id: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** As a sentence, without the time. */
export const activityText = (entry: Pick<ActivityEntry, 'kind' | 'type' | 'details'>): string =>
  sentences[entry.kind](entry.type.replaceAll('_', ' '), entry.details);

type Details = ActivityEntry['details'];

const text = (details: Details, name: string): string | null => {
  const value = details[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

/** ` postgres-4 to postgres-5`; empty where nothing has changed. */
const way = (from: string | null, to: string | null): string =>
  from !== null && to !== null && from !== to ? ` ${from} to ${to}` : '';

const stagesOf = (details: Details): string => {
  const named = (name: string) => stages.find((stage) => stage === details[name]);
  const [from, to] = [named('from_stage'), named('to_stage')];
  return way(from === undefined ? null : stageNames[from], to === undefined ? null : stageNames[to]);
};

const after = (reason: string | null): string => (reason === null ? '' : `: ${withoutStop(reason)}`);

const sentences: Readonly<Record<ActivityKind, (words: string, details: Details) => string>> = {
  event(words, details) {
    const node = text(details, 'node');
    const leaders = way(text(details, 'previous_leader'), text(details, 'new_leader'));
    const subject = node === null ? stagesOf(details) || leaders : ` ${node}`;
    return `${words}${subject}${after(text(details, 'cause') ?? text(details, 'reason'))}`;
  },
  operation(words, details) {
    const status = text(details, 'status')?.replaceAll('_', ' ') ?? 'running';
    return `${words}${stagesOf(details)}: ${status}${after(text(details, 'error'))}`;
  },
  checkpoint: (words, details) => `rollback ${words}, of ${(text(details, 'of') ?? 'operation').replaceAll('_', ' ')}`,
  snapshot: (words, details) => `${words}: ${text(details, 'snapshot') ?? ''}${after(text(details, 'damage'))}`,
  audit: (words, details) => `${words}${after(text(details, 'code'))}`,
};
