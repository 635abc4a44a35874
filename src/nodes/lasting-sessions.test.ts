import { expect, test } from 'vitest';
import { pooledTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { createLastingSessions } from './lasting-sessions.ts';
import type { SessionDependencies } from './dependencies.ts';
import { secretNames } from './secrets.ts';

const newWorld = () => {
  const shop = sampleDatabase('shop');
  const database = { ...shop, topology: pooledTopology(shop) };
  const [server, pooler] = [database.topology.nodes[1]!, database.topology.nodes[2]!];
  const logins: string[] = [];
  const ended: string[] = [];
  const connection = (name: string) => {
    logins.push(name);
    let open = true;
    const ask = async () => {
      if (!open) throw new Error('the connection has ended');
      return [];
    };
    const end = async () => {
      if (open) ended.push(name);
      open = false;
    };
    return { query: ask, pools: ask, end };
  };
  const dependencies = {
    store: {
      readDatabase: async () => database,
      readSecrets: async () => Object.fromEntries(secretNames.map((name) => [name, 'x'])),
    },
    platform: { inspectContainer: async () => ({ running: true, address: '10.0.0.1' }) },
    components: {
      postgres: { connectPostgres: async () => connection('server') },
      pgbouncer: { connectPooler: async ({ port }: { port: number }) => connection(`pooler ${port}`) },
    },
  } as unknown as SessionDependencies;
  return { database, server, pooler, logins, ended, sessions: createLastingSessions(dependencies) };
};

test('a server and each port of a pooler are logged in to once, however often they are asked', async () => {
  const { database, server, pooler, logins, ended, sessions } = newWorld();
  for (let round = 0; round < 3; round += 1) {
    const { session } = await sessions.of(database);
    await session.asSuperuser(server, (connection) => connection.query('SELECT 1'));
    for (const port of [5432, 5433]) await session.asPoolerAdmin(pooler, port, (admin) => admin.pools());
  }
  expect(logins).toEqual(['server', 'pooler 5432', 'pooler 5433']);
  sessions.close();
  expect(ended).toEqual(logins);
});

// The logins of the session that was replaced were never ended.
test('two that ask at the same time share a session', async () => {
  const { database, server, logins, ended, sessions } = newWorld();
  const both = await Promise.all([sessions.of(database), sessions.of(database)]);
  expect(both[0]).toBe(both[1]);
  await both[0].session.asSuperuser(server, (connection) => connection.query('SELECT 1'));
  sessions.keepOnly([]);
  expect(ended).toEqual(logins);
});

test('a login that is in use is not waited for, and the one beside it is ended', async () => {
  const { database, server, logins, ended, sessions } = newWorld();
  const { session } = await sessions.of(database);
  await session.asSuperuser(server, (connection) => connection.query('SELECT 1'));
  await session.asSuperuser(server, async () => {
    await session.asSuperuser(server, (connection) => connection.query('SELECT 1'));
  });
  expect(logins).toEqual(['server', 'server']);
  expect(ended).toEqual(['server']);
  await session.asSuperuser(server, (connection) => connection.query('SELECT 1'));
  expect(logins).toHaveLength(2);
});

test('who has time waits for it, and logs in to nothing beside it', async () => {
  const { database, server, logins, sessions } = newWorld();
  const { session, patient } = await sessions.of(database);
  const answered: string[] = [];
  const answering = Promise.withResolvers<void>();
  const first = session.asSuperuser(server, async () => {
    await answering.promise;
    answered.push('first');
  });
  const second = patient.asSuperuser(server, async () => answered.push('second'));
  answering.resolve();
  await Promise.all([first, second]);
  expect(answered).toEqual(['first', 'second']);
  expect(logins).toEqual(['server']);
});

test('a console that has ended the connection is logged in to again', async () => {
  const { database, pooler, logins, sessions } = newWorld();
  const { session } = await sessions.of(database);
  await session.asPoolerAdmin(pooler, 5432, async (admin) => admin.end());
  await session.asPoolerAdmin(pooler, 5432, (admin) => admin.pools());
  expect(logins).toEqual(['pooler 5432', 'pooler 5432']);
});
