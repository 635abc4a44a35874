import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { liveOf } from '../../test/support/live-state.ts';
import type { LiveNode } from '../domain/live-state.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { realComponents } from './dependencies.ts';
import { createNodeFactsReader } from './read-node-facts.ts';
import type { Session } from './session.ts';

const shop = sampleDatabase('shop');
const database = { ...shop, topology: haTopology(shop) };
const live = {
  ...liveOf('healthy'),
  nodes: database.topology.nodes.map(({ name, kind, container }): LiveNode => ({
    name,
    kind,
    container,
    role: kind === 'postgres' ? (name === database.topology.primary ? 'primary' : 'replica') : null,
    state: 'running',
    detail: null,
    lag_bytes: null,
    position: null,
  })),
};
const [primary, replica] = live.nodes.filter(({ kind }) => kind === 'postgres').map(({ name }) => name);

/** Answers as the nodes do; `asked` counts questions about bytes. */
const sessionOf = (asked: { bytes: number }, silent: readonly string[] = []) => {
  const answer = <T>(node: { readonly name: string }, give: () => T): Promise<T> =>
    silent.includes(node.name) ? new Promise(() => {}) : Promise.resolve(give());
  const query = async (text: string) => {
    if (text.includes('pg_ls_waldir')) asked.bytes += 1;
    if (text.includes('pg_stat_replication')) return [{ name: replica, sync_state: 'quorum', lag_bytes: '0' }];
    if (text.includes('pg_file_settings')) return [{ name: 'work_mem', value: '77MB' }];
    return [{ version: '17.6', lag: null, bytes: '1000' }];
  };
  const pools = [
    { database: 'shop', user: 'shop', cl_active: 4, cl_waiting: 1, sv_active: 0 },
    { database: 'pgbouncer', user: 'pgrow_admin', cl_active: 1, cl_waiting: 0, sv_active: 0 },
  ];
  const stat = '# pxname,svname,status\nprimary,postgres-2,UP\nreplicas,postgres-3,UP\nreplicas,postgres-4,DOWN';
  const command = async (text: string) => (text === 'show info' ? 'Name: HAProxy\nVersion: 3.2.4' : stat);
  return {
    database,
    asSuperuser: (node: { name: string }, use: (connection: PostgresConnection) => unknown) =>
      answer(node, () => use({ query } as unknown as PostgresConnection)),
    asRouter: (node: { name: string }, use: (api: object) => unknown) => answer(node, () => use({ command })),
    asPoolerAdmin: (node: { name: string }, _port: number, use: (admin: object) => unknown) =>
      answer(node, () => use({ isPaused: async () => false, version: async () => '1.24.1', pools: async () => pools })),
    connectEtcd: (node: { name: string }) =>
      answer(node, () => ({ status: async () => ({ version: '3.5.16', leads: node.name === 'etcd-1' }) })),
  } as unknown as Session;
};

test('every kind of node says what it knows beside its state', async () => {
  const facts = await createNodeFactsReader({ components: realComponents }, sessionOf({ bytes: 0 })).read(live);
  expect(facts.get(primary!)).toMatchObject({
    version: '17.6',
    volume_bytes: 1000,
    by_alter_system: { work_mem: '77MB' },
  });
  expect(facts.get(replica!)).toMatchObject({ synchronous: true });
  expect(facts.get('haproxy-1')).toMatchObject({
    version: '3.2.4',
    servers: { read_write: { up: 1, total: 1 }, read_only: { up: 1, total: 2 } },
  });
  expect(facts.get('front')).not.toHaveProperty('servers');
  // Of both its ports, without pgrow's own.
  expect(facts.get('pgbouncer-1')?.pool).toEqual({ active: 8, waiting: 2, limit: 200, paused: false });
  expect(['etcd-1', 'etcd-2'].map((name) => facts.get(name)?.leads)).toEqual([true, false]);
});

test('one that does not answer is left out in time, and says nothing of the others', async () => {
  const silent = sessionOf({ bytes: 0 }, ['haproxy-1']);
  const facts = await createNodeFactsReader({ components: realComponents }, silent, 20).read(live);
  expect(facts.has('haproxy-1')).toBe(false);
  expect(facts.has('haproxy-2')).toBe(true);
});

test('what looks at every file is asked once', async () => {
  const asked = { bytes: 0 };
  const reader = createNodeFactsReader({ components: realComponents }, sessionOf(asked));
  await reader.read(live);
  await reader.read(live);
  expect(asked.bytes).toBe(3);
});
