import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { expect, test, vi } from 'vitest';
import type { Database } from '../../domain/database.ts';
import type { LogLine } from '../../domain/looks.ts';
import { answerProblems } from '../problem.ts';
import { watchTokens } from '../stream/valid-tokens.ts';
import { logsRoutes, type LogsDependencies } from './logs.ts';

const nodes = ['postgres-1', 'pgbouncer-1'].map((name) => ({ name, container: `pgrow-x-${name}` }));
const database = { name: 'shop', topology: { nodes, kept: [] } } as unknown as Database;

async function* followLog(container: string): AsyncGenerator<LogLine> {
  yield { at: '2026-11-21T05:15:52.000000001Z', text: `a line of ${container}` };
}

const ask = async (query: string, shown = (lines: number, _mostBytes: number) => `${lines} lines`) => {
  const response = await newApp(shown).inject(`/v1/projects/default/services/shop/postgres/logs${query}`);
  return { status: response.statusCode, body: response.json<unknown>() };
};

const newApp = (shown = (lines: number, _mostBytes: number) => `${lines} lines`) => {
  const app = Fastify({ forceCloseConnections: 'idle' });
  // As the API has it: what is in a query is checked by the route itself.
  app.setValidatorCompiler(() => () => true);
  answerProblems(app);
  app.addHook('onRequest', async (request) => {
    request.identity = { token_id: 'mine', actor: 'ci of default', role: 'operator', project: 'default' } as never;
  });
  logsRoutes(app, {
    store: { readDatabase: async () => database } as unknown as LogsDependencies['store'],
    tokens: watchTokens({ validTokens: async () => new Set(['mine']), validSessions: async () => new Set() }),
    readLogs: async (container, lines, mostBytes, since) =>
      `${shown(lines, mostBytes)}${since === undefined ? '' : ` since ${since}`} of ${container}`,
    followLog,
  });
  return app;
};

test('the last lines of every node', async () => {
  expect(await ask('')).toEqual({
    status: 200,
    body: {
      logs: [
        { node: 'postgres-1', text: '50 lines of pgrow-x-postgres-1' },
        { node: 'pgbouncer-1', text: '50 lines of pgrow-x-pgbouncer-1' },
      ],
    },
  });
});

test('of one node, as many as asked for', async () => {
  expect((await ask('?node=pgbouncer-1&lines=3')).body).toEqual({
    logs: [{ node: 'pgbouncer-1', text: '3 lines of pgrow-x-pgbouncer-1' }],
  });
});

// Ten thousand lines of every node were put together in one string, however long they were.
test('of all nodes together no more than 8 MiB, of one no more than 2', async () => {
  const bytes = (_: number, mostBytes: number) => `${mostBytes / 1024 ** 2} MiB`;
  expect(JSON.stringify((await ask('?node=pgbouncer-1', bytes)).body)).toContain('2 MiB of');
  nodes.push(...Array.from({ length: 6 }, (_, index) => ({ name: `more-${index}`, container: `more-${index}` })));
  expect(JSON.stringify((await ask('', bytes)).body)).toContain('1 MiB of pgrow-x-postgres-1');
  nodes.splice(2);
});

test('an unknown node is refused with the names there are', async () => {
  expect(await ask('?node=etcd-1')).toMatchObject({
    status: 404,
    body: { detail: 'shop has no node etcd-1. It has postgres-1, pgbouncer-1.' },
  });
});

test('what does not fit is refused, all of it at once', async () => {
  expect(await ask('?lines=0&since=yesterday')).toMatchObject({
    status: 422,
    body: { problems: [{ path: 'lines' }, { path: 'since', value: 'yesterday' }] },
  });
});

test('what was written from a moment on, and all of it unless told otherwise', async () => {
  const { body } = await ask('?node=postgres-1&since=2026-11-21T05:15:52Z');
  expect(body).toEqual({
    logs: [{ node: 'postgres-1', text: '10000 lines since 2026-11-21T05:15:52Z of pgrow-x-postgres-1' }],
  });
});

/** A client that follows, and reads until `enough` of what came. */
const follow = async (app: FastifyInstance, query: string, enough: (text: string) => boolean): Promise<string> => {
  const { port } = app.server.address() as AddressInfo;
  const ending = new AbortController();
  const url = `http://127.0.0.1:${port}/v1/projects/default/services/shop/postgres/logs?follow=true${query}`;
  const response = await fetch(url, { signal: ending.signal });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (enough(text)) break;
  }
  ending.abort();
  return text;
};

test('a log that is followed is a stream of events: the nodes, and their lines', async () => {
  const app = newApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const text = await follow(app, '&node=postgres-1', (soFar) => soFar.includes('event: line'));
  expect(text).toContain('event: nodes\ndata: {"nodes":["postgres-1"]}\n\n');
  expect(text).toContain(
    '"node":"postgres-1","at":"2026-11-21T05:15:52.000000001Z","text":"a line of pgrow-x-postgres-1"',
  );
  await app.close();
});

test('more followers than the engine should bear are refused, until one has gone', async () => {
  const app = newApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1/projects/default/services/shop/postgres/logs?follow=true`;
  const ending = new AbortController();
  const open = await Promise.all(Array.from({ length: 16 }, () => fetch(url, { signal: ending.signal })));
  const refused = await app.inject(new URL(url).pathname + new URL(url).search);
  expect(refused.statusCode).toBe(429);
  expect(refused.body).toContain('16 clients follow logs already');
  ending.abort();
  await vi.waitFor(async () => expect(await follow(app, '', () => true)).toContain('event: nodes'));
  expect(open.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200));
  await app.close();
});
