import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { serverAudits } from 'graphql-http';
import { createClient } from 'graphql-sse';
import { describe, expect, test, vi } from 'vitest';
import type { Database } from '../../src/domain/database.ts';
import type { Member } from '../../src/domain/live-state.ts';
import type { OperationError } from '../../src/domain/operation.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { useApi } from '../support/api-under-test.ts';
import { liveOf } from '../support/live-state.ts';
import { haTopology, pooledTopology, replicaTopology, samplePlan } from '../support/sample-database.ts';

const api = useApi();

/** Of an operation, as the documentation has it. */
const someId = '0e2f6a31-7b8c-4d5e-9f10-2a3b4c5d6e7f';

const pair: readonly Member[] = [
  { name: 'postgres-1', role: 'leader', state: 'running', lag: 0 },
  { name: 'postgres-2', role: 'replica', state: 'streaming', lag: 24_576 },
];

interface Answer {
  readonly data?: Readonly<Record<string, any>> | null;
  readonly errors?: readonly { readonly message: string; readonly path?: unknown; readonly extensions: Problem }[];
}
interface Problem {
  readonly code: string;
  readonly status: number;
  readonly request_id: string;
  readonly problems: readonly { readonly path: string }[];
}

const ask = async (query: string, variables: object = {}, token?: string): Promise<Answer> => {
  const call = { body: { query, variables }, ...(token !== undefined && { token }) };
  const { body } = await api.call('POST', '/graphql', call);
  return body;
};

const askChange = (shop: Database, change: object, wanted: string): Promise<Answer> =>
  ask(
    `mutation($id: ID!, $change: PostgresChangeInput!) { postgresChange(serviceId: $id, change: $change, dryRun: true) { ${wanted} } }`,
    { id: shop.id, change },
  );

/** From now on a worker does what is asked of this database; without a plan it does not come to an end. */
const work = (shop: Database, plan: Plan, end?: { readonly error?: OperationError }) => {
  api.client.onStart = async ({ input: { operation_id: id } }) => {
    await api.recordOperation(shop, id, plan);
    if (!end) return;
    const { error = null } = end;
    if (!error) await api.store.saveTopology(shop.id, plan.to!);
    await api.store.endOperation({ id, status: error ? 'rolled_back' : 'done', stall_ms: 0, error });
    api.client.end(shop.id);
  };
};

describe('queries', () => {
  test('a viewer sees what REST shows', async () => {
    const shop = await api.shopAtStage(replicaTopology);
    await api.openCheckpoint(shop);
    await api.store.recordEvent({
      service_id: shop.id,
      event_type: 'switchover',
      from_stage: 2,
      to_stage: 2,
      metadata: { new_leader: 'postgres-2' },
    });
    const viewer = await api.newToken('default', 'viewer');
    const { data, errors } = await ask(
      `query($id: ID!) {
        postgresTopology(serviceId: $id) { stage pooling { enabled } routing { rwEndpoint } replicas { lagBytes } }
        postgresHealth(serviceId: $id, fresh: true) { clusterName health members { name role } }
        postgresCost(serviceId: $id) { monthlyUsd items { kind } }
        postgresOperations(serviceId: $id, statuses: [DONE]) { entries { type status steps { name } } nextCursor }
        failed: postgresOperations(serviceId: $id, statuses: [FAILED]) { entries { id } }
        postgresEvents(serviceId: $id) { entries { eventType metadata } }
      }`,
      { id: shop.id },
      viewer,
    );

    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      postgresTopology: { stage: 2, pooling: { enabled: false }, routing: { rwEndpoint: 'haproxy:5432' } },
      postgresHealth: { clusterName: 'shop', health: 'HEALTHY' },
      postgresOperations: { entries: [{ type: 'EXPAND', status: 'DONE' }], nextCursor: null },
      failed: { entries: [] },
      postgresEvents: { entries: [{ eventType: 'switchover', metadata: { new_leader: 'postgres-2' } }] },
    });
  });

  test('one that fails does not hide the others, and says what is wrong and what to do', async () => {
    await api.newShop();
    const { data, errors } = await ask(
      '{ cost: postgresCost(serviceId: "shop") { monthlyUsd } other: postgresCost(serviceId: "shpo", projectId: "default") { monthlyUsd } }',
    );
    expect(data).toMatchObject({ cost: { monthlyUsd: expect.any(Number) }, other: null });
    expect(errors).toMatchObject([
      {
        path: ['other'],
        message: 'Project default has no database shpo. There is shop.',
        extensions: { code: 'not_found', status: 404, request_id: expect.any(String) },
      },
    ]);
  });

  test('of another project, or without a token, nothing is answered', async () => {
    await api.newShop();
    const sales = await api.newToken('sales', 'admin');
    const query = '{ postgresCost(serviceId: "shop", projectId: "default") { monthlyUsd } }';
    expect(await ask(query, {}, sales)).toMatchObject({
      data: { postgresCost: null },
      errors: [{ extensions: { code: 'forbidden', status: 403 } }],
    });
    expect((await api.call('POST', '/graphql', { body: { query }, token: null })).status).toBe(401);
  });

  test('what would cost too much is refused before any node is looked at', async () => {
    await api.newShop();
    api.live = new Error('looked at');
    const looks = Array.from({ length: 21 }, (_, at) => `a${at}: postgresHealth(serviceId: "shop") { health }`);
    const answer = await ask(`{ ${looks.join(' ')} }`);
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'invalid_input', status: 422 } }]);
    expect(answer.errors?.[0]?.message).toContain('costs more than 2000');
  });

  // Each searched the record for an old database of that name, and read all that was ever done to it.
  test('so many databases are looked for in one request', async () => {
    await api.newShop();
    const looks = Array.from({ length: 96 }, (_, at) => `a${at}: postgresCost(serviceId: "shop") { monthlyUsd }`);
    expect((await ask(`{ ${looks.slice(1).join(' ')} }`)).errors).toBeUndefined();
    expect((await ask(`{ ${looks.join(' ')} }`)).errors?.[0]?.message).toContain('costs more than 2000');
  });

  // NUL came as far as the metadata, which has no such character; half a character as far as the audit.
  test('what can be no id is refused as such', async () => {
    for (const id of [String.raw`\u{0}`, 'a'.repeat(64), ''])
      for (const query of [
        `{ postgresCost(serviceId: "${id}") { monthlyUsd } }`,
        `{ postgresOperation(serviceId: "shop", operationId: "${id}") { id } }`,
        `{ postgresCost(serviceId: "shop", projectId: "${id}") { monthlyUsd } }`,
        `mutation { postgresSwitchover(serviceId: "${id}") { success } }`,
      ])
        expect((await ask(query)).errors, query).toMatchObject([{ extensions: { code: 'invalid_input' } }]);
    expect(await api.store.listAudit({ limit: 5 })).toMatchObject([
      { details: { database: '' } },
      { details: { database: 'a'.repeat(63) } },
      { details: { database: '' } },
    ]);
  });

  test('a query that is refused is no refused change', async () => {
    await api.newShop();
    const query = `subscription { postgresProgress(serviceId: "shop", operationId: "${someId}") { status } }`;
    expect((await api.call('POST', '/graphql', { body: { query } })).status).toBe(400);
    expect((await ask('{ postgresCost(serviceId: "shpo") { monthlyUsd } }')).errors).toHaveLength(1);
    expect(await api.store.listAudit({ limit: 5 })).toEqual([]);
  });

  test('what goes wrong inside stays inside', async () => {
    await api.newShop();
    api.live = new TypeError('undefined is not a function at /srv/pgrow');
    const answer = await ask('{ postgresHealth(serviceId: "shop", fresh: true) { health } }');
    expect(answer.errors).toMatchObject([
      { message: expect.stringContaining('See its log'), extensions: { code: 'internal' } },
    ]);
    expect(JSON.stringify(answer)).not.toContain('undefined is not');
  });
});

describe('changes', () => {
  test('pooling is on when its mutation answers, with actor and token in the audit', async () => {
    const shop = await api.newShop();
    work(shop, samplePlan(shop, pooledTopology(shop)), {});
    const operator = await api.newToken('default', 'operator');
    const { data, errors } = await ask(
      `mutation($config: PgBouncerConfig!) { postgresEnablePooling(serviceId: "shop", config: $config) {
        success poolingEndpoint estimatedMonthlyCost operation { status } } }`,
      { config: { poolMode: 'SESSION', defaultPoolSize: 30 } },
      operator,
    );

    expect({ data, errors }).toMatchObject({
      data: {
        postgresEnablePooling: {
          success: true,
          poolingEndpoint: 'pgbouncer:5432',
          estimatedMonthlyCost: expect.any(Number),
          operation: { status: 'DONE' },
        },
      },
    });
    expect(api.client.started).toMatchObject([
      { workflow: 'expand', input: { target: 'pooling', pooling: { pool_mode: 'session', default_pool_size: 30 } } },
    ]);
    expect(await api.store.listAudit({ limit: 5 })).toMatchObject([
      { actor: 'operator of default', action: 'expand', service_id: shop.id, token_id: expect.any(String) },
    ]);
  });

  test('replicas are listed with their lag, beside the endpoints of HAProxy; fewer than there are is refused', async () => {
    const shop = await api.newShop();
    work(shop, samplePlan(shop, replicaTopology(shop)), {});
    api.live = liveOf('healthy', pair);
    const mutation = `mutation($count: Int!, $enableHAProxy: Boolean!) {
      postgresAddReplica(serviceId: "shop", count: $count, enableHAProxy: $enableHAProxy) {
        success replicas { id status lagBytes } haproxyEndpoints { readWrite readOnly stats } } }`;
    expect(await ask(mutation, { count: 1, enableHAProxy: true })).toMatchObject({
      data: {
        postgresAddReplica: {
          success: true,
          replicas: [{ id: 'postgres-2', status: 'streaming', lagBytes: 24_576 }],
          haproxyEndpoints: { readWrite: 'haproxy:5432', readOnly: 'haproxy:5433', stats: 'haproxy:8404' },
        },
      },
    });
    expect((await ask(mutation, { count: 0, enableHAProxy: true })).errors).toMatchObject([
      { extensions: { code: 'invalid_input', problems: [{ path: 'count', value: 0 }] } },
    ]);
  });

  test('high availability answers at once, with the id to follow', async () => {
    const shop = await api.newShop();
    const to = haTopology(shop);
    work(shop, samplePlan(shop, to));
    const { data } =
      await ask(`mutation { postgresEnableHA(serviceId: "shop", config: { failoverTime: 10, syncMode: SYNC_ONE }) {
      success migrationJobId estimatedDurationMinutes patroniClusterName operation { id status } } }`);
    const { operation, ...answer } = data!['postgresEnableHA'];
    expect(answer).toEqual({
      success: true,
      migrationJobId: operation.id,
      estimatedDurationMinutes: expect.any(Number),
      patroniClusterName: to.ha!.scope,
    });
    expect(operation.status).toBe('RUNNING');
  });

  test('a switchover names both leaders; one that was undone is no success, and says why', async () => {
    const shop = await api.shopAtStage(replicaTopology);
    const plan = samplePlan(shop, { ...shop.topology, primary: 'postgres-2' }, { type: 'switchover' });
    api.live = liveOf('healthy', pair);
    const mutation = `mutation { postgresSwitchover(serviceId: "shop", targetNode: "postgres-2") {
      success previousLeader newLeader operation { error { code message } } } }`;
    work(shop, plan, { error: { code: 'called_off', message: 'It took too long.', step: null, left_over: [] } });
    expect((await ask(mutation)).data!['postgresSwitchover']).toEqual({
      success: false,
      previousLeader: 'postgres-1',
      newLeader: null,
      operation: { error: { code: 'called_off', message: 'It took too long.' } },
    });
    work(shop, plan, {});
    expect((await ask(mutation)).data!['postgresSwitchover']).toMatchObject({
      success: true,
      previousLeader: 'postgres-1',
      newLeader: 'postgres-2',
    });
  });

  test('the plan that was shown is run, once for a key, and no other', async () => {
    const shop = await api.newShop();
    work(shop, samplePlan(shop, pooledTopology(shop)));
    const mutation = (args: string) =>
      ask(`mutation { postgresEnablePooling(serviceId: "shop", config: {}, waitSeconds: 0, ${args}) {
        operationId plan { digest steps { name } } } }`);
    const { data } = await mutation('dryRun: true');
    const { digest, steps } = data!['postgresEnablePooling'].plan;
    expect(steps.length).toBeGreaterThan(1);
    expect(api.client.started).toEqual([]);
    expect(await api.store.listAudit({ limit: 5 })).toEqual([]);

    const run = () => mutation(`planDigest: "${digest}", idempotencyKey: "one"`);
    const first = (await run()).data!['postgresEnablePooling'].operationId;
    expect((await run()).data!['postgresEnablePooling'].operationId).toBe(first);
    expect(api.client.started).toMatchObject([{ input: { operation_id: first, plan_digest: digest } }]);
    expect((await mutation('idempotencyKey: "two"')).errors).toMatchObject([
      { extensions: { code: 'operation_running' } },
    ]);
  });

  test('a change takes sizes as text, settings by name, and null for no limit of storage', async () => {
    const shop = await api.newShop();
    const askFor = (change: object) => askChange(shop, change, 'plan { changes { subject name to takesEffect } }');
    const change = { memory: '4GiB', storage: '50GiB', settings: { work_mem: '64MB' }, extensions: ['pg_trgm'] };
    const { data, errors } = await askFor(change);
    expect(errors).toBeUndefined();
    expect(data!['postgresChange'].plan.changes).toEqual(
      expect.arrayContaining([
        { subject: 'MEMORY', name: null, to: '4 GiB', takesEffect: 'HAND_OVER' },
        { subject: 'STORAGE', name: null, to: '50 GiB', takesEffect: 'RECORDED' },
        { subject: 'SETTING', name: 'work_mem', to: '64MB', takesEffect: 'LIVE' },
      ]),
    );
    expect((await askFor({ storage: null })).data!['postgresChange'].plan.changes).toEqual([]);
    expect((await askFor({ memory: 'much' })).errors).toMatchObject([
      { extensions: { problems: [{ path: 'memory' }] } },
    ]);
  });

  test('a viewer changes nothing, and the refusal is in the audit', async () => {
    await api.newShop();
    const viewer = await api.newToken('default', 'viewer');
    const mutation = 'mutation { postgresSwitchover(serviceId: "shop") { success } }';
    expect(await ask(mutation, {}, viewer)).toMatchObject({
      data: { postgresSwitchover: null },
      errors: [
        {
          message: "This needs the role operator; the token's is viewer. Use another token.",
          extensions: { status: 403 },
        },
      ],
    });
    expect(api.client.started).toEqual([]);
    expect(await api.store.listAudit({ limit: 5 })).toMatchObject([
      {
        action: 'refused',
        actor: 'viewer of default',
        details: { request: 'POST /graphql postgresSwitchover', code: 'forbidden', database: 'shop' },
      },
    ]);
  });

  test('a change that no field could begin with is in the audit as well', async () => {
    const mutation = 'mutation($count: Int!) { postgresAddReplica(serviceId: "shop", count: $count) { success } }';
    expect((await ask(mutation, { count: 'two' })).errors).toMatchObject([
      { extensions: { code: 'malformed_request' } },
    ]);
    expect((await ask('mutation { postgresDestroy { success } }')).errors).toHaveLength(1);
    const refused = { action: 'refused', details: { request: 'POST /graphql', code: 'malformed_request' } };
    expect(await api.store.listAudit({ limit: 5 })).toMatchObject([refused, refused]);
  });
});

test('the examples of the documentation', async () => {
  const docs = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const bodies = [...docs.matchAll(/--json '(\{"query".*?\})'\n/gs)].map(([, json = '']) => JSON.parse(json) as object);
  expect(bodies).toHaveLength(3);
  const shop = await api.newShop();
  work(shop, samplePlan(shop, pooledTopology(shop)), {});
  await api.recordOperation(shop, someId);
  await api.store.endOperation({ id: someId, status: 'done', stall_ms: 0, error: null });
  for (const payload of bodies) {
    const isStream = JSON.stringify(payload).includes('subscription');
    const response = await api.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${api.admin}`, ...(isStream && { accept: 'text/event-stream' }) },
      payload,
    });
    expect(response.body).toContain('"data":{"postgres');
    expect(response.body).not.toContain('"errors"');
    if (isStream) expect(response.body).toMatch(/^event: next\ndata: .*\n\nevent: complete\ndata: \n\n$/);
  }
});

describe('over HTTP', () => {
  const listen = async () => {
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/graphql`;
  };
  const headers = () => ({ authorization: `Bearer ${api.admin}` });

  // https://graphql.github.io/graphql-over-http, with the tests of its authors.
  test('requests and answers are as the specification has them', async () => {
    const url = await listen();
    const fetchFn = (address: string, init: RequestInit = {}) =>
      fetch(address, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers() } });
    const failed: string[] = [];
    for (const audit of serverAudits({ url, fetchFn })) {
      // What a server may do is its own affair: this one answers no GET.
      if (audit.name.startsWith('MAY')) continue;
      const result = await audit.fn();
      if (result.status !== 'ok')
        failed.push(`${audit.name}: ${result.status} ${'reason' in result ? result.reason : ''}`);
    }
    expect(failed).toEqual([]);
  });

  test('progress comes whenever something has changed, and ends with the operation', async () => {
    const shop = await api.newShop();
    const id = someId;
    await api.recordOperation(shop, id);
    const client = createClient({ url: await listen(), headers, retryAttempts: 0 });
    const query = `subscription { postgresProgress(serviceId: "shop", operationId: "${id}") { status steps { status detail } } }`;
    const seen: string[] = [];
    for await (const { data, errors } of client.iterate<any>({ query })) {
      expect(errors).toBeUndefined();
      const { status, steps } = data!.postgresProgress;
      seen.push(`${status} ${steps[0].status} ${steps[0].detail}`);
      if (seen.length === 1) await api.store.stepStarted({ operation: id, step: 0 });
      if (seen.length === 2) await api.store.endOperation({ id, status: 'done', stall_ms: 0, error: null });
    }
    expect(seen).toEqual(['RUNNING PENDING null', 'RUNNING RUNNING null', 'DONE FAILED null']);
  });

  test('progress ends with the token that asked for it', async () => {
    const shop = await api.newShop();
    await api.recordOperation(shop, someId);
    const token = await api.newToken('default', 'viewer');
    const client = createClient({
      url: await listen(),
      headers: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    const query = `subscription { postgresProgress(serviceId: "shop", operationId: "${someId}") { status } }`;
    const results: unknown[] = [];
    for await (const result of client.iterate({ query })) {
      results.push(result);
      if (results.length === 1) await api.store.revokeToken((await api.store.authenticate(token))!.token_id);
    }
    expect(results).toMatchObject([
      { data: { postgresProgress: { status: 'RUNNING' } } },
      { errors: [{ extensions: { code: 'unauthorized' } }] },
    ]);
  });

  test('a change that waits does not keep the API from stopping', async () => {
    const shop = await api.newShop();
    work(shop, samplePlan(shop, pooledTopology(shop)));
    const query =
      'mutation { postgresEnablePooling(serviceId: "shop", config: {}, waitSeconds: 300) { operation { status } } }';
    const answer = fetch(await listen(), {
      method: 'POST',
      headers: { ...headers(), 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    await vi.waitFor(() => expect(api.client.started).toHaveLength(1), 10_000);
    await api.app.close();
    expect(await (await answer).json()).toEqual({
      data: { postgresEnablePooling: { operation: { status: 'RUNNING' } } },
    });
  });

  // Some clients accept every kind of answer with every request.
  test('one result is JSON wherever that is accepted', async () => {
    await api.newShop();
    const accept = { accept: 'application/graphql-response+json, application/json, text/event-stream' };
    const body = { query: '{ postgresCost(serviceId: "shop") { monthlyUsd } }' };
    const { headers: answered } = await api.call('POST', '/graphql', { body, headers: accept });
    expect(answered['content-type']).toContain('application/graphql-response+json');
    const { body: refused } = await api.call('POST', '/graphql', {
      body: { query: `subscription { postgresProgress(serviceId: "shop", operationId: "${someId}") { status } }` },
    });
    expect(refused).toMatchObject({ status: 400, detail: expect.stringContaining('Accept: text/event-stream') });
  });

  test('a subscription that is refused gets the refusal in its stream', async () => {
    await api.newShop();
    const client = createClient({ url: await listen(), headers, retryAttempts: 0 });
    const query = `subscription { postgresProgress(serviceId: "shop", operationId: "${someId}") { status } }`;
    const results = await Array.fromAsync(client.iterate({ query }));
    expect(results).toMatchObject([{ errors: [{ extensions: { code: 'not_found' } }] }]);
  });
});

// Fuzzing found it: the answer was an internal error.
test('an empty document is a request that cannot be read', async () => {
  const { body } = await api.call('POST', '/graphql', { body: { query: '' } });
  expect(body).toMatchObject({ status: 400, code: 'malformed_request', problems: [{ path: 'query' }] });
});
