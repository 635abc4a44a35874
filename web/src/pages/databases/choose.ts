import type { DatabaseEntry } from '../../data/types.ts';
import { shownHealth, type Shown } from '../../parts/health-mark.tsx';

/** What is shown of the list, as the address says it. */
export interface View {
  readonly text: string;
  readonly show: Show;
  readonly stage: DatabaseEntry['stage'] | null;
  readonly sort: Sort;
}

/** Besides the healths: those that need attention, those that an operation changes. */
export const shows = [
  'all',
  'attention',
  'changing',
  'healthy',
  'degraded',
  'down',
  'unknown',
  'stopped',
] as const satisfies readonly ('all' | 'attention' | Shown)[];
export type Show = (typeof shows)[number];

/** As `GET /v1/databases?sort` has them. */
export const sorts = ['attention', 'name', 'created', 'cost', 'lag'] as const;
export type Sort = (typeof sorts)[number];

const stages = [0, 1, 2, 3] as const;

export const viewOf = (search: URLSearchParams): View => ({
  text: search.get('q') ?? '',
  show: shows.find((show) => show === search.get('show')) ?? 'all',
  stage: stages.find((stage) => String(stage) === search.get('stage')) ?? null,
  sort: sorts.find((sort) => sort === search.get('sort')) ?? 'attention',
});

/** Whether anything is left out. */
export const isNarrowed = ({ text, show, stage }: View): boolean => text !== '' || show !== 'all' || stage !== null;

/** Those that are shown, in their order. */
export const choose = (entries: readonly DatabaseEntry[], view: View): readonly DatabaseEntry[] => {
  const text = view.text.trim().toLowerCase();
  return entries
    .filter((entry) => isShown(entry, view) && hasText(entry, text))
    .toSorted((a, b) => keys[view.sort](a) - keys[view.sort](b) || byName(a, b));
};

const isShown = ({ attention, operation, health, stage }: DatabaseEntry, view: View): boolean => {
  if (view.stage !== null && view.stage !== stage) return false;
  if (view.show === 'all') return true;
  if (view.show === 'attention') return attention !== null;
  // As its row says it.
  return shownHealth(health, operation) === view.show;
};

const hasText = ({ name, project, id }: DatabaseEntry, text: string): boolean =>
  text === '' || name.includes(text) || project.toLowerCase().includes(text) || id.startsWith(text);

const urgency = { needs_operator: 0, down: 1, held: 2, unknown: 3, degraded: 4, waiting: 5 } as const satisfies Record<
  NonNullable<DatabaseEntry['attention']>,
  number
>;
const leastUrgent = 6;

/** Ascending; what is not known comes last. */
const keys: Readonly<Record<Sort, (entry: DatabaseEntry) => number>> = {
  attention: ({ attention }) => (attention === null ? leastUrgent : urgency[attention]),
  name: () => 0,
  created: ({ created_at }) => -Date.parse(created_at),
  cost: ({ monthly_usd }) => -monthly_usd,
  lag: ({ max_lag_bytes }) => -(max_lag_bytes ?? -1),
};

const byName = (a: DatabaseEntry, b: DatabaseEntry): number => (a.name < b.name ? -1 : Number(a.name > b.name));

export const summaryOf = (entries: readonly DatabaseEntry[]) => ({
  count: entries.length,
  attention: entries.filter(({ attention }) => attention !== null).length,
  monthly_usd: entries.reduce((sum, { monthly_usd }) => sum + monthly_usd, 0),
});
