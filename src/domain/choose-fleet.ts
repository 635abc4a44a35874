import { attentions, type FleetEntry } from './fleet.ts';
import type { Health } from './live-state.ts';
import type { Stage } from './stage.ts';

/** Orders of the list of databases. Ties are in the order of names. */
export const fleetSorts = ['attention', 'name', 'created', 'cost', 'lag'] as const;
export type FleetSort = (typeof fleetSorts)[number];

export interface FleetQuery {
  /** Part of a name, of a project, or the beginning of an id. */
  readonly q?: string | undefined;
  readonly healths?: readonly Health[] | undefined;
  readonly stages?: readonly Stage[] | undefined;
  /** Only those that need attention. */
  readonly attention: boolean;
  readonly sort: FleetSort;
  readonly limit: number;
  readonly after?: FleetPosition;
}

/** Where a page has ended. */
export interface FleetPosition {
  readonly key: number;
  readonly name: string;
}

interface FleetPage {
  readonly entries: readonly FleetEntry[];
  /** How many there are on all pages. */
  readonly total: number;
  /** Null at the end. */
  readonly next: FleetPosition | null;
}

export const chooseFleet = (all: readonly FleetEntry[], query: FleetQuery): FleetPage => {
  const { sort, limit, after } = query;
  const wanted = all
    .filter((entry) => isWanted(entry, query))
    .map((entry) => ({ entry, key: keys[sort](entry), name: entry.name }))
    .toSorted(byPosition);
  const left = after ? wanted.filter((each) => byPosition(each, after) > 0) : wanted;
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return {
    entries: page.map(({ entry }) => entry),
    total: wanted.length,
    next: last && left.length > limit ? { key: last.key, name: last.name } : null,
  };
};

const isWanted = (entry: FleetEntry, { q, healths, stages, attention }: FleetQuery): boolean => {
  const text = q?.toLowerCase();
  if (attention && entry.attention === null) return false;
  if (healths && !healths.includes(entry.health)) return false;
  if (stages && !stages.includes(entry.stage)) return false;
  return (
    text === undefined ||
    entry.name.includes(text) ||
    entry.project.toLowerCase().includes(text) ||
    entry.id.startsWith(text)
  );
};

/** Ascending; what is not known comes last. */
const keys: Readonly<Record<FleetSort, (entry: FleetEntry) => number>> = {
  attention: ({ attention }) => (attention === null ? attentions.length : attentions.indexOf(attention)),
  name: () => 0,
  created: ({ created_at }) => -Date.parse(created_at),
  cost: ({ monthly_usd }) => -monthly_usd,
  lag: ({ max_lag_bytes }) => -(max_lag_bytes ?? -1),
};

/** Code units: the order is the same on every machine. */
const byPosition = (a: FleetPosition, b: FleetPosition): number =>
  a.key - b.key || (a.name < b.name ? -1 : Number(a.name > b.name));
