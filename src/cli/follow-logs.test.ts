import { expect, test } from 'vitest';
import { PgrowError } from '../domain/errors.ts';
import { followLogs } from './follow-logs.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

const said = (event: string, data: object): ServerSentEvent => ({ event, data: JSON.stringify(data) });
const line = (node: string, second: number, text: string): ServerSentEvent =>
  said('line', { node, at: `2026-11-21T05:15:0${second}.000000000Z`, text });

/** Follows streams that come one after the other; the user interrupts after the last. */
const follow = async (streams: readonly (readonly ServerSentEvent[] | Error)[], node?: string) => {
  const printed: string[] = [];
  const notices: string[] = [];
  const asked: string[] = [];
  const interrupted = new AbortController();
  await followLogs({
    api: {
      async *follow(path) {
        const stream = streams[asked.push(path) - 1];
        if (!stream) interrupted.abort();
        if (stream instanceof Error) throw stream;
        yield* stream ?? [];
      },
    },
    database: 'shop',
    node,
    start: { lines: '5' },
    signal: interrupted.signal,
    print: (text) => printed.push(text),
    printNotice: (text) => notices.push(text),
    reconnectAfterMs: 1,
  });
  return { printed, notices, asked };
};

test('lines come after the names of their nodes, in columns; of one node without', async () => {
  const events = [
    said('nodes', { nodes: ['postgres-1', 'front'] }),
    line('front', 1, 'New worker'),
    line('postgres-1', 2, 'ready'),
  ];
  expect((await follow([events])).printed).toEqual(['front       New worker', 'postgres-1  ready']);
  expect((await follow([events.slice(2)], 'postgres-1')).printed).toEqual(['ready']);
});

test('only the name before a line is painted', async () => {
  const printed: string[] = [];
  const interrupted = new AbortController();
  await followLogs({
    api: {
      async *follow() {
        yield said('nodes', { nodes: ['postgres-1', 'front'] });
        yield line('front', 1, 'New worker');
        interrupted.abort();
      },
    },
    database: 'shop',
    node: undefined,
    start: {},
    signal: interrupted.signal,
    print: (text) => printed.push(text),
    paint: (node, padded) => `<${node}>${padded}</>`,
    printNotice: () => undefined,
  });
  expect(printed).toEqual(['<front>front     </>  New worker']);
});

test('when the API has been restarted, it continues after the last line, and shows none twice', async () => {
  const { printed, asked } = await follow([
    [line('postgres-1', 1, 'a'), line('postgres-1', 2, 'b')],
    new PgrowError('internal', 'The API does not answer.'),
    [line('postgres-1', 2, 'b'), line('postgres-1', 3, 'c')],
  ]);
  expect(printed.map((text) => text.split('  ').at(-1))).toEqual(['a', 'b', 'c']);
  expect(asked.slice(0, 3).map((path) => new URLSearchParams(path.split('?')[1]).get('since'))).toEqual([
    null,
    '2026-11-21T05:14:02.000Z',
    '2026-11-21T05:14:02.000Z',
  ]);
});

test('changes of nodes and what cannot be read are notices, each said once', async () => {
  const unavailable = (node: string) => said('notice', { node, message: 'no process can look' });
  const { notices } = await follow([
    [
      said('nodes', { nodes: ['postgres-1'] }),
      said('nodes', { nodes: ['postgres-2'] }),
      unavailable('postgres-2'),
      unavailable('postgres-2'),
    ],
  ]);
  expect(notices).toEqual([
    'postgres-1 is no longer there.',
    'postgres-2 has been added.',
    'postgres-2: no process can look',
  ]);
});

test('it ends with the database, and fails for one that was never there', async () => {
  const absent = new PgrowError('not_found', 'There is no database shop.');
  expect((await follow([[line('postgres-1', 1, 'a')], absent])).notices).toEqual(['There is no database shop.']);
  await expect(follow([absent])).rejects.toThrow('There is no database shop.');
});
