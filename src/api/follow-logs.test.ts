import { expect, test } from 'vitest';
import { PgrowError } from '../domain/errors.ts';
import type { LogLine, LogStart } from '../domain/looks.ts';
import { followLogs, type Followed } from './follow-logs.ts';

/** Containers that print as a test wants; `play` follows them until a test has seen enough. */

const node = (name: string): Followed => ({ name, container: `pgrow-x-${name}` });
const line = (second: number, text: string): LogLine => ({ at: `2026-11-21T05:15:0${second}.000000000Z`, text });

interface Scene {
  readonly nodes: () => readonly Followed[] | null;
  /** What the log of this container gives when it is opened for the `times`-th time. */
  readonly log: (container: string, times: number, from: LogStart) => AsyncIterable<LogLine> | readonly LogLine[];
  readonly enough: (events: readonly string[]) => boolean;
}

const play = async ({ nodes, log, enough }: Scene): Promise<string[]> => {
  const events: string[] = [];
  const opened = new Map<string, number>();
  const ending = new AbortController();
  await followLogs({
    readNodes: async () => nodes(),
    from: { lines: 5, since: null },
    signal: ending.signal,
    pauses: { nodes: 1, first: 1, most: 1 },
    async *followLog(container, from, signal) {
      const times = (opened.get(container) ?? 0) + 1;
      opened.set(container, times);
      for await (const each of log(container, times, from)) if (!signal.aborted) yield each;
    },
    async send(event, data) {
      events.push(`${event} ${Object.values(data).join(' ')}`.replaceAll(/ \d{4}\S+Z/g, ''));
      if (enough(events)) ending.abort();
    },
  });
  return events;
};

const includes = (text: string) => (events: readonly string[]) => events.some((event) => event.includes(text));

// A leader is restarted while its log is followed: that is when it is read.
test('a log that ended is opened again at its last line, and no line comes twice', async () => {
  const starts: LogStart[] = [];
  const events = await play({
    nodes: () => [node('postgres-1')],
    log: (_, times, from) => {
      starts.push(from);
      const first = [line(1, 'ready'), line(2, 'shutting down')];
      return times === 1 ? first : [line(2, 'shutting down'), line(3, 'ready again')];
    },
    enough: includes('again'),
  });
  expect(events).toEqual([
    'nodes postgres-1',
    'line postgres-1 ready',
    'line postgres-1 shutting down',
    'line postgres-1 ready again',
  ]);
  expect(starts.slice(0, 2)).toEqual([
    { lines: 5, since: null },
    { lines: 10_000, since: '2026-11-21T05:15:02.000000000Z' },
  ]);
});

test('a node that is added is followed from its first line, one that is gone no longer', async () => {
  let there = [node('postgres-1')];
  const events = await play({
    nodes: () => there,
    log: async function* (container, times, { lines }) {
      if (times > 1) return;
      yield line(1, `first of ${lines}`);
      there = container.endsWith('1') ? [node('postgres-2')] : there;
    },
    enough: includes('postgres-2 first'),
  });
  expect(events).toEqual([
    'nodes postgres-1',
    'line postgres-1 first of 5',
    'nodes postgres-2',
    'line postgres-2 first of 10000',
  ]);
});

test('a log that cannot be read is reported once, and followed as soon as it can be', async () => {
  const events = await play({
    nodes: () => [node('postgres-1')],
    log: (_, times) => {
      if (times < 4) throw new PgrowError('worker_unavailable', 'No process can look.');
      return [line(1, 'ready')];
    },
    enough: includes('ready'),
  });
  expect(events).toEqual(['nodes postgres-1', 'notice postgres-1 No process can look.', 'line postgres-1 ready']);
});

test('it ends with the database', async () => {
  let there: readonly Followed[] | null = [node('postgres-1')];
  const events = await play({
    nodes: () => there,
    log: () => {
      there = null;
      return [line(1, 'shutting down')];
    },
    enough: () => false,
  });
  expect(events.at(-1)).toBe('line postgres-1 shutting down');
});
