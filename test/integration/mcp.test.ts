import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import { childEnvironment } from '../../src/launcher/environment.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import { ensureAuthority } from '../../src/nodes/secrets.ts';
import { useApi } from '../support/api-under-test.ts';
import { connectTools, listen, withTools, type ToolAnswer } from '../support/mcp-client.ts';
import { recordSession } from '../support/mcp-session.ts';
import { haTopology, replicaTopology } from '../support/sample-database.ts';

const api = useApi();

interface Planned {
  readonly digest: string;
}

const digestIn = ({ answer }: ToolAnswer): string => (answer['operation'] as Planned).digest;
const problemIn = ({ texts }: ToolAnswer) => JSON.parse(texts[0] ?? '') as Record<string, unknown>;

test('every tool that reads answers as it says, without a password', async () => {
  const shop = await api.shopAtStage((database) => ({ ...haTopology(database), tls: 'allow' }));
  await ensureAuthority(api.store, shop);
  const { operation_id: operation } = await api.openCheckpoint(shop);
  const passwords = Object.values(await api.store.ensureSecrets(shop.id, ['superuser', 'application']));
  const { client, call } = await connectTools(api);
  const { tools } = await client.listTools();
  const reading = tools.filter(({ name, annotations }) => annotations?.readOnlyHint && name !== 'plan_change');
  expect(reading.length).toBeGreaterThan(20);
  for (const { name, inputSchema } of reading) {
    const known: Record<string, unknown> = { database: 'shop', operation };
    const args = Object.fromEntries(Object.entries(known).filter(([key]) => key in (inputSchema.properties ?? {})));
    const { isError, texts } = await call(name, args);
    expect(isError, `${name}: ${texts.join()}`).toBe(false);
    for (const password of passwords) {
      expect(texts.join()).not.toContain(password);
      expect(texts.join()).not.toContain(encodeURIComponent(password));
    }
  }
});

// An agent may be asked anything that a person could look up.
test('everything that the API reads is read by a tool', async () => {
  const asked = new Set<string>();
  api.app.addHook('onRequest', async ({ method, routeOptions }) => void asked.add(`${method} ${routeOptions.url}`));
  const shop = await api.shopAtStage(haTopology);
  const { operation_id: operation } = await api.openCheckpoint(shop);
  const { client, call } = await connectTools(api);
  for (const { name, annotations } of (await client.listTools()).tools)
    if (annotations?.readOnlyHint && name !== 'plan_change') {
      const { isError } = await call(name, { database: 'shop', operation });
      if (isError) await call(name, { database: 'shop' });
      if (isError) await call(name, {});
    }
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  const elsewhere: Readonly<Record<string, string>> = {
    [`${postgres}/operations/:operationId/progress`]: 'wait_for_operation follows it',
    '/v1/projects/:projectId/services': 'get_database gives each of list_databases',
    '/v1/notifications/deliveries/:deliveryId': 'list_deliveries shows each',
    '/v1/stream': 'a tool answers once',
    '/healthz': 'says nothing about databases',
  };
  const missing = api.app.documentedRoutes
    .filter(({ method, url }) => method === 'GET' && !(url in elsewhere) && !asked.has(`GET ${url}`))
    .map(({ url }) => url);
  expect(missing).toEqual([]);
});

test('a change is planned, shown, run and followed', async () => {
  const shop = await api.newShop();
  api.takeUp(shop);
  const { call } = await connectTools(api, await api.newToken('default', 'operator'));
  const change = { database: 'shop', change: 'pooling', options: { pool_mode: 'session' } };

  const planned = await call('plan_change', change);
  expect(planned.texts[0]).toContain('Plan for shop: single -> pooling');
  expect(api.client.started).toEqual([]);

  const started = await call('run_plan', { ...change, plan_digest: digestIn(planned) });
  expect(started.isError).toBe(false);
  expect(api.client.started).toMatchObject([
    { workflow: 'expand', input: { target: 'pooling', plan_digest: digestIn(planned), actor: 'operator of default' } },
  ]);

  const operation = started.answer['operation_id'] as string;
  const waiting = { database: 'shop', operation, seconds: 1 };
  expect((await call('wait_for_operation', waiting)).answer).toMatchObject({ id: operation, status: 'running' });
  const end = async () => {
    await api.store.stepStarted({ operation, step: 0 });
    await api.store.endOperation({ id: operation, status: 'done', stall_ms: 0, error: null });
  };
  const progress: unknown[] = [];
  const onprogress = (each: unknown): void => {
    progress.push(each);
    if (progress.length === 1) void end();
  };
  const ended = await call('wait_for_operation', { ...waiting, seconds: 30 }, { onprogress });
  expect(ended.answer).toMatchObject({ status: 'done' });
  expect(ended.texts[1]).toContain('done');
  expect(progress[0]).toMatchObject({ total: 2 });
});

test('a plan that is no longer the present one is not run, and the present one is shown', async () => {
  const shop = await api.shopAtStage(replicaTopology);
  const { call } = await connectTools(api);
  const change = { database: 'shop', change: 'scale_down', options: { target: 'single' } };
  const agreed = digestIn(await call('plan_change', change));
  await api.store.saveTopology(shop.id, haTopology(shop));

  const refused = await call('run_plan', { ...change, plan_digest: agreed });
  expect(refused.isError).toBe(true);
  expect(problemIn(refused)).toMatchObject({ code: 'plan_changed' });
  expect(refused.texts[1]).toContain('Plan for shop: ha -> single');
  expect(refused.texts[1]).not.toContain(agreed);
  expect(api.client.started).toEqual([]);

  const present = digestIn(await call('plan_change', change));
  expect(refused.texts[1]).toContain(present);
  expect((await call('run_plan', { ...change, plan_digest: present })).isError).toBe(false);
});

test('the session in the documentation is what happens', async () => {
  const shop = await api.newShop();
  api.client.onStart = async ({ input }) => {
    const asked = { workflow: 'expand', input, operation: input.operation_id } as const;
    await api.recordOperation(shop, input.operation_id, await api.client.plan(asked));
  };
  const session = recordSession(await connectTools(api, await api.newToken('default', 'operator')));
  const change = { database: 'shop', change: 'pooling', options: { pool_mode: 'session' } };
  const planned = await session.call('plan_change', change);
  const other = { ...change, options: { pool_mode: 'transaction', default_pool_size: 40 } };
  await session.call('run_plan', { ...other, plan_digest: digestIn(planned) });
  const started = await session.call('run_plan', { ...change, plan_digest: digestIn(planned) });
  const operation = started.answer['operation_id'] as string;
  await api.store.endOperation({ id: operation, status: 'done', stall_ms: 0, error: null });
  await session.call('wait_for_operation', { database: 'shop', operation, seconds: 30 });

  const introduction =
    'What an agent calls with the [tools](mcp.md), and what it is answered, as `test/integration/mcp.test.ts` records it. Ids and ' +
    'digests are shortened, and of an answer only what is meant for people is shown.';
  await expect(session.page('A session with the tools', introduction)).toMatchFileSnapshot('../../docs/mcp-session.md');
});

test('a destroy is planned and run by its digest, by an admin alone', async () => {
  const shop = await api.newShop();
  const { call } = await connectTools(api);
  const change = { database: 'shop', change: 'destroy' };
  const planned = await call('plan_change', change);
  expect(planned.texts[0]).toContain('Plan for shop: single -> none');

  const byId = await call('plan_change', { ...change, database: shop.id });
  expect(problemIn(byId)).toMatchObject({
    code: 'invalid_input',
    detail: expect.stringContaining('the name of the database'),
  });
  const forged = await call('run_plan', { ...change, plan_digest: '0'.repeat(64) });
  expect(problemIn(forged)).toMatchObject({ code: 'plan_changed' });
  expect(api.client.started).toEqual([]);

  api.takeUp(shop);
  expect((await call('run_plan', { ...change, plan_digest: digestIn(planned) })).isError).toBe(false);
  expect(api.client.started).toMatchObject([{ workflow: 'destroyDatabase' }]);
});

test("the API decides by the token's role, whatever is called", async () => {
  await api.newShop();
  const { call } = await connectTools(api, await api.newToken('default', 'viewer'));
  const change = { database: 'shop', change: 'pooling' };
  // A plan touches nothing, so viewers may see it.
  expect((await call('plan_change', change)).answer).toMatchObject({ operation: { status: 'planned' } });
  const refused = await call('run_plan', { ...change, plan_digest: '0'.repeat(64) });
  expect(problemIn(refused)).toMatchObject({
    code: 'forbidden',
    next: expect.stringContaining('A person with a token'),
  });
  expect((await call('get_status', { database: 'shop' })).answer).toMatchObject({ name: 'shop', stage: 0 });
});

test('./pgrow mcp serves the tools on standard output, and nothing else', async () => {
  await api.newShop();
  const { port } = new URL(await listen(api));
  const home = mkdtempSync(join(tmpdir(), 'pgrow-mcp-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const token = join(home, 'viewer.token');
  writeFileSync(token, await api.newToken('default', 'viewer'));
  const transport = new StdioClientTransport({
    command: join(repositoryRoot, 'pgrow'),
    args: ['mcp'],
    env: childEnvironment({
      PGROW_HOME: home,
      PGROW_API_PORT: port,
      PGROW_TOKEN_FILE: token,
      PGROW_CONTEXT: '',
    }) as Record<string, string>,
  });
  const broken: Error[] = [];
  const client = new Client({ name: 'tests', version: '1' });
  Object.assign(client, { onerror: (error: Error) => broken.push(error) });
  await client.connect(transport);
  const { call } = await withTools(client);
  expect(client.getInstructions()).toContain('plan_change');
  expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('run_plan');
  expect((await call('get_status', { database: 'shop' })).answer).toMatchObject({ name: 'shop' });
  expect(problemIn(await call('get_status', { database: 'shp' }))).toMatchObject({ code: 'not_found' });
  await client.close();
  expect(broken).toEqual([]);
});
