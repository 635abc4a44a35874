import Fastify from 'fastify';
import { expect, test } from 'vitest';
import type { Database } from '../../domain/database.ts';
import { answerProblems } from '../problem.ts';
import { logsRoutes, type LogsDependencies } from './logs.ts';

const nodes = ['postgres-1', 'pgbouncer-1'].map((name) => ({ name, container: `pgrow-x-${name}` }));
const database = { name: 'shop', topology: { nodes, kept: [] } } as unknown as Database;

const ask = async (query: string) => {
  const app = Fastify();
  // As the API has it: what is in a query is checked by the route itself.
  app.setValidatorCompiler(() => () => true);
  answerProblems(app);
  logsRoutes(app, {
    store: { readDatabase: async () => database } as unknown as LogsDependencies['store'],
    readLogs: async (container, lines) => `${lines} lines of ${container}`,
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

test('an unknown node is refused with the names there are', async () => {
  expect(await ask('?node=etcd-1')).toMatchObject({
    status: 404,
    body: { detail: 'shop has no node etcd-1. It has postgres-1, pgbouncer-1.' },
  });
});

test('a number of lines out of range is refused', async () => {
  expect((await ask('?lines=0')).status).toBe(422);
});
