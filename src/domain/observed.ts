import type { Health, LiveNode, LiveState } from './live-state.ts';
import { membersOf } from './members.ts';
import type { Topology } from './topology.ts';

/** What was seen of a database, as it is on record, and when. */
export interface Observed {
  readonly service_id: string;
  /** When the look began, ISO 8601. */
  readonly seen_at: string;
  /** Milliseconds from then until it was read. */
  readonly age_ms: number;
  /** Whether something has happened since that may have changed it: an operation, a change of leader, a node that came or went. */
  readonly doubted: boolean;
  readonly live: LiveState;
}

/** The same of which only the health is of interest. */
export type ObservedHealth = Omit<Observed, 'live'> & { readonly health: Health };

/** Milliseconds between two looks of the monitor at a database, as long as there are not many. */
const lookEveryMs = 5000;

/** Milliseconds between two looks of all: fifty a second cost about a tenth of a core. */
const lookCostsMs = 20;

/** Milliseconds between two rounds of looks at all databases. */
export const roundEveryMs = (databases: number): number => Math.max(lookEveryMs, databases * lookCostsMs);

/** Milliseconds between two times that nodes are asked for more than their state, which takes a login to each. */
export const factsEveryMs = (databases: number): number => 2 * roundEveryMs(databases);

/** Milliseconds after which what was seen says nothing of the present: several looks have not taken place. */
export const staleAfterMs = 30_000;

type Age = Pick<Observed, 'age_ms' | 'doubted'>;

/** Nothing can be concluded from it any longer, neither that all is well nor that something is down. */
export const isStale = ({ age_ms }: Pick<Observed, 'age_ms'>): boolean => age_ms > staleAfterMs;

/** Whether it can stand for a look now. */
export const isCurrent = (seen: Age): boolean => !seen.doubted && !isStale(seen);

/** `seen`: null for a database that was never looked at. */
export const whyUnseen = (seen: Pick<Observed, 'seen_at'> | null): string =>
  seen === null
    ? 'The monitor has not looked at it yet. Start what is not running: ./pgrow up'
    : `The monitor has not looked since ${seen.seen_at}. Start what is not running: ./pgrow up`;

/** What can be said of a database that nothing has looked at: what there should be, and that its state is unknown. */
export const unseenState = ({ nodes, kept }: Pick<Topology, 'nodes' | 'kept'>, seen: Observed | null): LiveState => {
  const before = new Map(seen?.live.nodes.map(({ name, state }) => [name, state]));
  const unseen = [...nodes, ...kept].map(({ name, kind, container }): LiveNode => {
    const state = before.get(name);
    const detail = state === undefined ? null : `${state} when it was last seen`;
    return { name, kind, container, state: 'unknown', detail, role: null, lag_bytes: null, position: null };
  });
  return {
    health: 'unknown',
    nodes: unseen,
    members: membersOf(unseen, { kept }),
    writes: [],
    notices: [whyUnseen(seen)],
    patroni_version: null,
    etcd_version: null,
  };
};
