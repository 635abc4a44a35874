import { openEvents } from '../../data/events.ts';
import { isProblem, type Problem } from '../../data/problem.ts';
import type { LogLine } from './log-text.ts';

export interface Followed {
  readonly lines: readonly LogLine[];
  readonly state: 'connecting' | 'live' | 'broken off';
  /** What cannot be read at the moment, by node. */
  readonly notices: Readonly<Record<string, string>>;
  /** It was refused, and is not asked again. */
  readonly refused: Problem | null;
}

export interface Follower {
  readonly read: () => Followed;
  readonly subscribe: (listener: () => void) => () => void;
}

interface Follow {
  /** `…/logs`, without a query. */
  readonly path: string;
  /** Of one node; empty for all. */
  readonly node: string;
  /** To begin with, per node. */
  readonly lines: string;
}

/** Kept in memory; older ones go. */
const mostLines = 20_000;
/** Milliseconds. Lines come by the thousand when a log is opened: they are shown together. */
const gatherMs = 100;
const againMs = 2000;
/** Lines of several nodes do not come in the order of their times. */
const overlapMs = 60_000;

/** Follows a log while somebody listens and the page is seen. What breaks off goes on where it was. */
export const createFollower = ({ path, node, lines }: Follow): Follower => {
  let followed: Followed = { lines: [], state: 'connecting', notices: {}, refused: null };
  const listeners = new Set<() => void>();
  /** Time of the last line, by node. */
  const latest = new Map<string, string>();
  let gathered: LogLine[] = [];
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;

  const become = (change: Partial<Followed>): void => {
    followed = { ...followed, ...change };
    for (const listener of listeners) listener();
  };
  const flush = (): void => {
    clearTimeout(gathering);
    gathering = undefined;
    if (gathered.length === 0) return;
    const all = [...followed.lines, ...gathered];
    gathered = [];
    become({ lines: all.length > mostLines ? all.slice(-mostLines) : all });
  };
  const take = (event: string | undefined, data: unknown): void => {
    if (event === 'line') {
      const line = data as LogLine & { readonly at: string };
      if (line.at <= (latest.get(line.node) ?? '')) return;
      latest.set(line.node, line.at);
      gathered.push(line);
      gathering ??= setTimeout(flush, gatherMs);
      if (line.node in followed.notices) become({ notices: without(followed.notices, line.node) });
    }
    if (event === 'notice') {
      const { node: of, message } = data as { readonly node: string; readonly message: string };
      become({ notices: { ...followed.notices, [of]: message } });
    }
  };
  const query = (): string => {
    const last = [...latest.values()].sort().at(-1);
    const from = last === undefined ? { lines } : { since: new Date(Date.parse(last) - overlapMs).toISOString() };
    return new URLSearchParams({ follow: 'true', ...(node !== '' && { node }), ...from }).toString();
  };
  const run = async (): Promise<void> => {
    const control = new AbortController();
    running = control;
    try {
      const events = await openEvents(`${path}?${query()}`, { signal: control.signal });
      become({ state: 'live' });
      for (;;) {
        const { done, value } = await events.read();
        if (done) break;
        take(value.event, JSON.parse(value.data));
      }
    } catch (error) {
      if (control.signal.aborted) return;
      if (isProblem(error) && error.status >= 400 && error.status < 500 && error.status !== 429)
        return become({ refused: error });
    }
    if (control.signal.aborted) return;
    become({ state: 'broken off' });
    waiting = setTimeout(() => void run(), againMs);
  };
  const settle = (): void => {
    const isWanted = listeners.size > 0 && document.visibilityState === 'visible';
    if (isWanted && running === null && followed.refused === null) void run();
    if (isWanted) return;
    running?.abort();
    running = null;
    clearTimeout(waiting);
  };
  return {
    read: () => followed,
    subscribe(listener) {
      if (listeners.size === 0) document.addEventListener('visibilitychange', settle);
      listeners.add(listener);
      settle();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) document.removeEventListener('visibilitychange', settle);
        settle();
      };
    },
  };
};

const without = (notices: Followed['notices'], node: string): Followed['notices'] =>
  Object.fromEntries(Object.entries(notices).filter(([name]) => name !== node));
