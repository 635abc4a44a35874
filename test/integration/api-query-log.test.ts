import { expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { shopPath, useApi } from '../support/api-under-test.ts';
import { replicaTopology } from '../support/sample-database.ts';

const api = useApi();

const logged = (agoMs: number, text: string) =>
  `${new Date(Date.now() - agoMs).toISOString().replace('T', ' ').replace('Z', '')} UTC [7] shop@shop ${text}`;
const log = [
  logged(2000, "LOG:  duration: 812.450 ms  statement: SELECT * FROM users WHERE email = 'alice@example.com'"),
  logged(1000, 'ERROR:  duplicate key value violates unique constraint "users_email_key"'),
  logged(1000, 'DETAIL:  Key (email)=(alice@example.com) already exists.'),
  logged(1000, "STATEMENT:  INSERT INTO users VALUES ('alice@example.com')"),
].join('\n');

interface Entry {
  readonly kind: string;
  readonly node: string;
  readonly statement: string;
  readonly detail: string | null;
}
const read = async (query: string, role: 'viewer' | 'operator' = 'viewer') => {
  const { status, body } = await api.call('GET', `${shopPath}/${query}`, {
    token: await api.newToken('default', role),
  });
  return { status, ...(body as { entries: Entry[]; says: string[]; code?: string }), body };
};
const audited = async () => (await api.store.listAudit({ project: 'default', limit: 10 })).map(({ action }) => action);

test('a viewer sees statements without their values, and how slow ones are logged', async () => {
  const { topology } = await api.newShop();
  api.logs = { [topology.nodes.find(({ kind }) => kind === 'postgres')!.container]: log };
  const { status, entries, says, body } = await read('query-log');
  expect(status).toBe(200);
  expect(entries.map(({ kind, node, statement }) => [kind, node, statement])).toEqual([
    ['failed', 'postgres-1', 'INSERT INTO users VALUES (?)'],
    ['slow', 'postgres-1', 'SELECT * FROM users WHERE email = ?'],
  ]);
  expect(JSON.stringify(body)).not.toContain('alice');
  expect(body).toMatchObject({ revealed: false, slow: { logged: false, above_ms: null } });
  expect(says).toEqual([expect.stringContaining('log_min_duration_statement')]);
  expect(await audited()).toEqual([]);
});

test('an operator sees values where they are asked for, which is in the audit', async () => {
  const { topology } = await api.newShop();
  api.logs = { [topology.nodes.find(({ kind }) => kind === 'postgres')!.container]: log };
  expect(JSON.stringify((await read('query-log', 'operator')).body)).not.toContain('alice');
  expect(await audited()).toEqual([]);
  const { entries } = await read('query-log?reveal=true&kind=failed', 'operator');
  expect(entries).toMatchObject([
    { statement: "INSERT INTO users VALUES ('alice@example.com')", detail: expect.stringContaining('alice') },
  ]);
  expect(await audited()).toEqual(['query_log_revealed']);
  expect(await read('query-log?reveal=true')).toMatchObject({ status: 403, code: 'forbidden' });
});

test('only of one kind, one server, a time, and so many', async () => {
  const { topology } = await api.shopAtStage(replicaTopology);
  api.logs = Object.fromEntries(topology.nodes.map(({ container }) => [container, log]));
  const { container, node } = { container: 'shop-postgres-1', node: 'postgres-1' };
  api.logSettings = { node, container, slow_ms: 500, failed: true };
  const count = async (query: string) => (await read(`query-log?${query}`)).entries.length;
  expect(await count('')).toBe(4);
  expect(await count('kind=slow')).toBe(2);
  expect(await count('node=postgres-2&kind=failed')).toBe(1);
  expect(await count('limit=3')).toBe(3);
  expect(await count(`since=${new Date().toISOString()}`)).toBe(0);
  expect((await read('query-log')).body).toMatchObject({ slow: { logged: true, above_ms: 500 }, says: [] });
  expect(await read('query-log?node=front')).toMatchObject({ status: 404 });
  expect(await read('query-log?kind=fast')).toMatchObject({ status: 422 });
});

test('a server that does not answer does not keep its log from being shown', async () => {
  const { topology } = await api.newShop();
  api.logs = { [topology.nodes.find(({ kind }) => kind === 'postgres')!.container]: log };
  api.logSettings = new PgrowError('no_answer', 'postgres-1 does not run.');
  const { entries, body, says } = await read('query-log');
  expect(entries).toHaveLength(2);
  expect(body).toMatchObject({ slow: { logged: null } });
  expect(says).toEqual([expect.stringContaining('postgres-1 does not run')]);
});

test.for(['not loaded', 'not created', 'not trusted', 'busy'] as const)(
  'statements that are not counted because it is %s: the answer says what to do',
  async (reason) => {
    await api.newShop();
    api.counted = reason;
    expect((await read('statements')).body).toMatchObject({ available: false, says: [expect.any(String)] });
  },
);

test('statements that are counted, without values unless an operator asks for them', async () => {
  await api.newShop();
  const counted = { query_id: '1', user: 'shop', calls: 2, total_ms: 10, mean_ms: 5, rows: 2, share: 1 };
  api.counted = { since: null, statements: [{ ...counted, statement: "ALTER ROLE shop PASSWORD 'secret'" }] };
  expect((await read('statements')).body).toMatchObject({
    available: true,
    revealed: false,
    statements: [{ statement: 'ALTER ROLE shop PASSWORD ?' }],
  });
  expect((await read('statements?reveal=true', 'operator')).body).toMatchObject({
    statements: [{ statement: "ALTER ROLE shop PASSWORD 'secret'" }],
  });
  expect(await audited()).toEqual(['statements_revealed']);
  expect(await read('statements?reveal=true')).toMatchObject({ status: 403 });
  expect(await read('statements?order=speed')).toMatchObject({ status: 422 });
});
