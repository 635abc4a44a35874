import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import type { ApiClient, SendOptions } from '../cli/api-client.ts';
import { PgrowError } from '../domain/errors.ts';
import { createMcpServer } from './server.ts';
import type { Caller } from './tool.ts';

/** The API as the tools see it: what was asked of it, and what it answers. */
interface FakeApi {
  caller: Caller | Error;
  readonly asked: { readonly path: string; readonly body?: object; readonly options?: SendOptions | undefined }[];
  answer: (path: string) => unknown;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const admin = { role: 'admin', project: '*' } as const;

const connected = async (change: Partial<FakeApi> = {}) => {
  const fake: FakeApi = { caller: admin, asked: [], answer: () => ({}), ...change };
  const get = async (path: string): Promise<unknown> => {
    if (fake.caller instanceof Error) throw fake.caller;
    return path === '/v1/me' ? fake.caller : fake.answer(path);
  };
  const send = (path: string, body: object, options?: SendOptions) => {
    fake.asked.push({ path, body, options });
    return get(path);
  };
  const api = {
    get,
    post: send,
    delete: (path: string, options?: SendOptions) => send(path, {}, options),
  } as unknown as ApiClient;
  const log: string[] = [];
  const server = createMcpServer({
    connect: () => api,
    version: '1',
    project: 'default',
    log: (line) => log.push(line),
  });
  const client = new Client({ name: 'tests', version: '1' });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  closing.push(() => client.close());
  const call = async (name: string, args: object) => {
    const { isError, content } = await client.callTool({ name, arguments: { ...args } });
    const [text = '', ...more] = (content as { text: string }[]).map((each) => each.text);
    return { isError: isError === true, text, more };
  };
  const names = async () => (await client.listTools()).tools.map(({ name }) => name);
  return { fake, client, call, names, log };
};

const digest = '3f'.repeat(32);
const plan = (steps = [{ name: 'start pgbouncer-1', phase: 'pooling' }]) => ({
  operation: {
    digest,
    type: 'expand',
    database: 'shop',
    from_stage: 0,
    to_stage: 1,
    steps,
    nodes_added: ['pgbouncer-1'],
    nodes_removed: [],
    cost_before: { monthly_usd: 14, items: [] },
    cost_after: { monthly_usd: 18, items: [] },
    expected_stall_ms: 0,
    point_of_no_return: null,
    warnings: ['Sessions are reset once.'],
    losses: [],
    endpoints: [],
  },
});

describe('which tools there are', () => {
  test('a viewer looks, and plans what others may run', async () => {
    const { client } = await connected({ caller: { role: 'viewer', project: 'default' } });
    const { tools } = await client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['get_status', 'plan_change']));
    for (const name of ['run_plan', 'get_logs', 'list_audit', 'get_workers']) expect(names).not.toContain(name);
  });

  test('an operator plans everything, and runs everything but a destroy', async () => {
    const { client } = await connected({ caller: { role: 'operator', project: 'default' } });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('list_audit');
    const changes = (name: string) => JSON.stringify(tools.find((tool) => tool.name === name)?.inputSchema);
    for (const name of ['plan_change', 'run_plan']) expect(changes(name)).toContain('"switchover"');
    expect(changes('plan_change')).toContain('"destroy"');
    expect(changes('run_plan')).not.toContain('"destroy"');
  });

  test('an admin of all projects has all of them; only one changes anything, and says so', async () => {
    const { client } = await connected();
    const { tools } = await client.listTools();
    const changing = tools.filter(({ annotations }) => annotations?.readOnlyHint !== true);
    expect(changing.map(({ name, annotations }) => [name, annotations?.destructiveHint])).toEqual([['run_plan', true]]);
    expect(changing[0]?.inputSchema.required).toContain('plan_digest');
    expect(JSON.stringify(changing)).toContain('"destroy"');
    for (const { name, outputSchema } of tools) expect(outputSchema?.type, name).toBe('object');
  });

  // Clients start their servers when they start themselves; the control plane may come later.
  test('without a control plane they are those of a viewer, until a call finds it', async () => {
    const down = new PgrowError('internal', 'The API does not answer. Start the control plane: ./pgrow up');
    const { fake, client, call, names } = await connected({ caller: down });
    const changed = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
    });
    expect(await names()).not.toContain('run_plan');
    const refused = await call('get_cost', { database: 'shop' });
    expect(refused.isError).toBe(true);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'internal', detail: down.message });

    fake.caller = admin;
    fake.answer = () => ({ monthly_usd: 14, items: [] });
    expect((await call('get_cost', { database: 'shop' })).isError).toBe(false);
    await changed;
    expect(await names()).toContain('run_plan');
  });
});

describe('a change', () => {
  test('is planned without touching anything, in words for people', async () => {
    const { fake, call } = await connected({ answer: () => plan() });
    const { text } = await call('plan_change', {
      database: 'shop',
      change: 'pooling',
      options: { pool_mode: 'session' },
    });
    expect(fake.asked).toEqual([
      {
        path: '/v1/projects/default/services/shop/postgres/pooling',
        body: { pool_mode: 'session' },
        options: { dryRun: true },
      },
    ]);
    expect(text).toContain('Plan for shop: single -> pooling');
    expect(text).toContain('Warning: Sessions are reset once.');
    expect(text).toMatch(new RegExp(`run_plan with .* plan_digest ${digest}$`));
  });

  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['the one for any plan', '*'],
    ['half of one', digest.slice(32)],
    ['two', `${digest}", "${digest}`],
  ])('is impossible without a digest: %s', async (_, plan_digest) => {
    const { fake, call } = await connected();
    for (const change of ['create', 'ha', 'stop', 'destroy']) {
      const { isError, text } = await call('run_plan', {
        database: 'shop',
        change,
        options: { plan_digest: digest, confirm: true },
        ...(plan_digest !== undefined && { plan_digest }),
      });
      expect(isError).toBe(true);
      expect(JSON.parse(text)).toMatchObject({ code: 'invalid_input', problems: [{ path: 'plan_digest' }] });
    }
    expect(fake.asked).toEqual([]);
  });

  test.each([
    ['create', '/v1/projects/default/services', { name: 'shop' }],
    ['scale_down', '/v1/projects/default/services/shop/postgres/scale-down', { confirm: true }],
    ['repair', '/v1/projects/default/services/shop/postgres/repair', { confirm: true }],
    ['start', '/v1/projects/default/services/shop/postgres/start', {}],
    ['restore', '/v1/projects/default/services/shop/postgres/restore', {}],
    ['destroy', '/v1/projects/default/services/shop', {}],
  ])('%s runs as the plan with this digest or not at all', async (change, path, body) => {
    const { fake, client } = await connected();
    // Its answer is another's concern.
    await client.callTool({
      name: 'run_plan',
      arguments: { database: 'shop', change, plan_digest: digest, idempotency_key: 'k1' },
    });
    expect(fake.asked).toEqual([{ path, body, options: { planDigest: digest, idempotencyKey: 'k1' } }]);
  });

  test('whose plan is no longer the present one is refused, with the present plan', async () => {
    const { call } = await connected({
      answer: () => {
        throw new PgrowError('plan_changed', 'The plan is no longer the one that was agreed to.');
      },
    });
    const without = await call('run_plan', { database: 'shop', change: 'ha', plan_digest: digest });
    expect(without).toMatchObject({ isError: true, more: [] });

    let asked = 0;
    const { call: callAgain } = await connected({
      answer: () => {
        asked += 1;
        if (asked === 1) throw new PgrowError('plan_changed', 'The plan is no longer the one that was agreed to.');
        return plan();
      },
    });
    const { isError, text, more } = await callAgain('run_plan', {
      database: 'shop',
      change: 'ha',
      plan_digest: digest,
    });
    expect(isError).toBe(true);
    expect(JSON.parse(text)).toMatchObject({
      code: 'plan_changed',
      next: expect.stringContaining('by its own digest'),
    });
    expect(more).toEqual([expect.stringContaining('Plan for shop')]);
  });
});

test('a password reaches no answer', async () => {
  const strings = { postgres: 'postgresql://shop:secret@127.0.0.1:5432/shop', pooled: null };
  const { client } = await connected({
    answer: (path) =>
      path.endsWith('connection-strings')
        ? { best: 'postgres', host: strings, network: strings, clients_network: 'shop-clients', password: 'accepted' }
        : { logs: [{ node: 'postgres-1', text: `STATEMENT:  ALTER ROLE shop PASSWORD 'secret'` }] },
  });
  for (const name of ['get_endpoints', 'get_logs']) {
    const answer = JSON.stringify(await client.callTool({ name, arguments: { database: 'shop' } }));
    expect(answer).toContain('shop');
    expect(answer).not.toContain('secret');
  }
});

test('what goes wrong inside is logged, and not shown', async () => {
  const { call, log } = await connected({
    answer: () => {
      throw new TypeError('cannot read secrets of undefined');
    },
  });
  const { isError, text } = await call('get_cost', { database: 'shop' });
  expect({ isError, code: (JSON.parse(text) as { code: string }).code }).toEqual({ isError: true, code: 'internal' });
  expect(text).not.toContain('secrets');
  expect(log.join('\n')).toContain('cannot read secrets of undefined');
});
