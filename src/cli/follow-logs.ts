import { setTimeout as delay } from 'node:timers/promises';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

export interface FollowLogs {
  readonly api: Pick<ApiClient, 'follow'>;
  readonly database: string;
  readonly node: string | undefined;
  /** What the first request asks for besides the node. */
  readonly start: Readonly<Record<string, string>>;
  /** Of the user, who has seen enough. */
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
  /** A node's name as it stands before its lines, padded to the width of all. */
  readonly paint?: (node: string, padded: string) => string;
  readonly printNotice: (line: string) => void;
  /** Milliseconds between two attempts at a stream that broke off. */
  readonly reconnectAfterMs?: number;
}

const attempts = 120;

/** Milliseconds. Lines of several nodes do not come in the order of their times. */
const overlapMs = 60_000;

interface Line {
  readonly node: string;
  readonly at: string;
  readonly text: string;
}

/** Prints log lines as they come, after the names of their nodes, until the user or the database ends it. */
export const followLogs = async (follow: FollowLogs): Promise<void> => {
  const { signal, reconnectAfterMs = 1000 } = follow;
  const shown = createLogView(follow);
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      for await (const event of follow.api.follow(pathOf(follow, shown.latest()), signal)) {
        shown.take(event);
        attempt = 1;
      }
      // The API stops its streams when it stops; one that ends with its database is refused when it is asked for again.
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof PgrowError && error.code === 'not_found' && shown.latest() !== null)
        return follow.printNotice(error.message);
      const mayPass = !(error instanceof PgrowError) || error.retryable;
      if (!mayPass || attempt >= attempts) throw error;
    }
    await delay(reconnectAfterMs, undefined, { signal }).catch(() => undefined);
  }
};

const pathOf = ({ database, node, start }: FollowLogs, latest: string | null): string => {
  const since = latest === null ? start : { since: new Date(Date.parse(latest) - overlapMs).toISOString() };
  const query = new URLSearchParams({ follow: 'true', ...(node !== undefined && { node }), ...since });
  return postgresPath(database, `logs?${query.toString()}`);
};

const createLogView = ({ node: only, print, paint = (_, padded) => padded, printNotice }: FollowLogs) => {
  /** Of each node, the time of the last line that was printed. */
  const last = new Map<string, string>();
  let nodes: readonly string[] | null = null;
  let width = 0;
  let noticed = '';

  const notice = (message: string): void => {
    if (message !== noticed) printNotice(message);
    noticed = message;
  };
  return {
    latest: (): string | null => [...last.values()].toSorted().at(-1) ?? null,
    take: ({ event, data }: ServerSentEvent): void => {
      const said = JSON.parse(data) as Line & { nodes: readonly string[]; message: string; detail: string };
      if (event === 'line' && said.at > (last.get(said.node) ?? '')) {
        last.set(said.node, said.at);
        noticed = '';
        print(only === undefined ? `${paint(said.node, said.node.padEnd(width))}  ${said.text}` : said.text);
      }
      if (event === 'nodes') {
        for (const name of nodes ?? []) if (!said.nodes.includes(name)) notice(`${name} is no longer there.`);
        for (const name of said.nodes) if (nodes?.includes(name) === false) notice(`${name} has been added.`);
        nodes = said.nodes;
        width = Math.max(width, ...nodes.map(({ length }) => length));
      }
      if (event === 'notice') notice(`${said.node}: ${said.message}`);
      if (event === 'error') notice(said.detail);
    },
  };
};
