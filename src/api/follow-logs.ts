import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../domain/errors.ts';
import type { LogFollower, LogLine, LogStart } from '../domain/looks.ts';

/** A node whose log is followed. */
export interface Followed {
  readonly name: string;
  readonly container: string;
}

export interface FollowLogs extends LogFollower {
  /** The nodes there are now; null once the database is gone. */
  readonly readNodes: () => Promise<readonly Followed[] | null>;
  readonly from: LogStart;
  readonly signal: AbortSignal;
  /** All of what is followed waits until this has been taken. */
  readonly send: (event: LogEvent['event'], data: LogEvent['data']) => Promise<void>;
  /** Milliseconds; for tests. */
  readonly pauses?: Pauses;
}

export type LogEvent =
  | { readonly event: 'nodes'; readonly data: { readonly nodes: readonly string[] } }
  | { readonly event: 'line'; readonly data: LogLine & { readonly node: string } }
  | { readonly event: 'notice'; readonly data: { readonly node: string; readonly message: string } };

interface Pauses {
  /** Between two looks at which nodes there are. */
  readonly nodes: number;
  /** Until a log that ended is opened again: doubles from the first to the second while it stays silent. */
  readonly first: number;
  readonly most: number;
}

const usualPauses: Pauses = { nodes: 1000, first: 500, most: 5000 };

/** Lines that a log may bring after it was opened again. */
const mostLines = 10_000;

/**
 * Follows the logs of a database's nodes until there is no database or the signal aborts: a node that is added is followed
 * from its first line, one that stops from where it was when it starts again. A process that looks may be replaced.
 */
export const followLogs = async (follow: FollowLogs): Promise<void> => {
  const { readNodes, signal, send, pauses = usualPauses } = follow;
  const followers = new Map<string, { readonly end: () => void; readonly ended: Promise<void> }>();
  let from = follow.from;
  try {
    while (!signal.aborted) {
      const nodes = await readNodes();
      if (nodes === null) return;
      const containers = nodes.map(({ container }) => container);
      const gone = [...followers].filter(([container]) => !containers.includes(container));
      const added = nodes.filter(({ container }) => !followers.has(container));
      for (const [container, { end }] of gone) {
        end();
        followers.delete(container);
      }
      if (gone.length + added.length > 0) await send('nodes', { nodes: nodes.map(({ name }) => name) });
      for (const node of added) {
        const ending = new AbortController();
        const ended = followNode(follow, { node, from, signal: AbortSignal.any([signal, ending.signal]) });
        followers.set(node.container, { end: () => ending.abort(), ended });
      }
      from = { lines: mostLines, since: null };
      await delay(pauses.nodes, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    for (const { end } of followers.values()) end();
    await Promise.allSettled([...followers.values()].map(({ ended }) => ended));
  }
};

interface FollowNode {
  readonly node: Followed;
  readonly from: LogStart;
  readonly signal: AbortSignal;
}

const followNode = async (
  { followLog, send, pauses = usualPauses }: FollowLogs,
  { node: { name, container }, from, signal }: FollowNode,
): Promise<void> => {
  let start = from;
  let last = '';
  let pause = pauses.first;
  let noticed = '';
  while (!signal.aborted) {
    try {
      for await (const line of followLog(container, start, signal)) {
        // It was opened again from the moment of the last line on.
        if (line.at <= last) continue;
        last = line.at;
        start = { lines: mostLines, since: last };
        pause = pauses.first;
        noticed = '';
        await send('line', { node: name, ...line });
        if (signal.aborted) return;
      }
    } catch (error) {
      const message = messageOf(error);
      if (message !== noticed && !signal.aborted) await send('notice', { node: name, message });
      noticed = message;
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(pause * 2, pauses.most);
  }
};
