import Fastify from 'fastify';
import { expect, test } from 'vitest';
import type { Database } from '../../domain/database.ts';
import { answerProblems } from '../problem.ts';
import { logsRoutes, type LogsDependencies } from './logs.ts';

const nodes = ['postgres-1', 'pgbouncer-1'].map((name) => ({ name, container: `pgrow-x-${name}` }));
const database = { name: 'shop', topology: { nodes, kept: [] } } as unknown as Database;

const ask = async (query: string, shown = (lines: number, _mostBytes: number) => `${lines} lines`) => {
  const app = Fastify();
  // As the API has it: what is in a query is checked by the route itself.
  app.setValidatorCompiler(() => () => true);
  answerProblems(app);
  logsRoutes(app, {
    store: { readDatabase: async () => database } as unknown as LogsDependencies['store'],
    readLogs: async (container, lines, mostBytes) => `${shown(lines, mostBytes)} of ${container}`,
  });
  const response = await app.inject(`/v1/projects/default/services/shop/postgres/logs${query}`);
  return { status: response.statusCode, body: response.json<unknown>() };
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

test('a number of lines out of range is refused', async () => {
  expect((await ask('?lines=0')).status).toBe(422);
});
