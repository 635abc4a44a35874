import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { systemAnswer } from '../../src/api/documents/system.ts';
import { PgrowError } from '../../src/domain/errors.ts';
import { useApi } from '../support/api-under-test.ts';
import { liveOf } from '../support/live-state.ts';
import { sampleDatabase } from '../support/sample-database.ts';

const api = useApi();

interface Received {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

const listens = new WeakMap<object, Promise<unknown>>();
/** The port of this test's API. */
const listening = async (): Promise<number> => {
  const begun = listens.get(api.app) ?? api.app.listen({ host: '127.0.0.1', port: 0 });
  listens.set(api.app, begun);
  await begun;
  return (api.app.server.address() as AddressInfo).port;
};

/** Reads a stream until the test closes it; `isOver` once the API has ended it. */
const open = async (
  topics: string,
  { token = api.admin, last }: { token?: string; last?: string | undefined } = {},
) => {
  const port = await listening();
  const leaving = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/v1/stream?topics=${topics}`, {
    headers: { authorization: `Bearer ${token}`, ...(last !== undefined && { 'last-event-id': last }) },
    signal: leaving.signal,
  });
  const received: Received[] = [];
  const stream = { status: response.status, received, isOver: false, close: () => leaving.abort() };
  void (async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      received.push(...blocks.flatMap(parse));
    }
    stream.isOver = true;
  })().catch(() => undefined);
  return stream;
};

const parse = (block: string): Received[] => {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)));
  return fields['data'] === undefined
    ? []
    : [{ id: fields['id'] ?? '', event: fields['event'] ?? '', data: JSON.parse(fields['data']) as Received['data'] }];
};

const until = (stream: { readonly received: readonly Received[] }, event: string, count = 1) =>
  vi.waitFor(
    () => {
      const found = stream.received.filter((each) => each.event === event);
      expect(found.length).toBeGreaterThanOrEqual(count);
      return found.at(count - 1)!;
    },
    { timeout: 10_000 },
  );

describe('a stream', () => {
  test('tells all there is of each topic, and then what has changed', async () => {
    const shop = await api.newShop();
    const operation = randomUUID();
    await api.recordOperation(shop, operation);
    const stream = await open(`databases,database:${shop.id},operation:${operation},system`);
    await until(stream, 'snapshot', 4);
    expect(stream.received.map(({ data }) => data['topic'])).toEqual(
      expect.arrayContaining(['databases', `database:${shop.id}`, `operation:${operation}`, 'system']),
    );
    await api.store.stepStarted({ operation, step: 0 });
    expect((await until(stream, 'progress')).data).toMatchObject({
      topic: `operation:${operation}`,
      operation: {},
      steps: [{ index: 0, status: 'running' }],
    });
    await api.store.endOperation({ id: operation, status: 'done', stall_ms: 3, error: null });
    expect((await until(stream, 'ended')).data).toEqual({ topic: `operation:${operation}`, status: 'done' });
    await vi.waitFor(
      () =>
        expect(stream.received.map(({ data }) => data)).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ topic: 'databases', databases: [expect.objectContaining({ operation: null })] }),
            expect.objectContaining({ database: expect.objectContaining({ operation: null }) }),
          ]),
        ),
      { timeout: 5000 },
    );
    stream.close();
  });

  test('that comes back goes on where it was: nothing is lost and nothing said twice', async () => {
    const shop = await api.newShop();
    const first = await open('databases');
    const { id } = await until(first, 'snapshot');
    first.close();
    const second = await api.store.registerDatabase(sampleDatabase('second'));
    const back = await open('databases', { last: id });
    const changed = await until(back, 'changed');
    expect(back.received).toHaveLength(1);
    expect(changed.data).toMatchObject({ databases: [{ id: second.id }], removed: [] });
    await api.store.removeDatabase(shop.id);
    expect((await until(back, 'changed', 2)).data).toMatchObject({ databases: [], removed: [shop.id] });
    back.close();
    const elsewhere = await open('databases', { last: `other${id}` });
    expect((await until(elsewhere, 'snapshot')).data).toMatchObject({ databases: [{ name: 'second' }] });
    elsewhere.close();
  });

  test('of what is destroyed says so', async () => {
    const shop = await api.newShop();
    const stream = await open(`database:${shop.id}`);
    await until(stream, 'snapshot');
    await api.store.removeDatabase(shop.id);
    expect((await until(stream, 'ended')).data).toMatchObject({ status: 'destroyed' });
    stream.close();
  });

  test('costs one look for all who listen', async () => {
    await api.newShop();
    const looks = vi.spyOn(api.store, 'readFleet');
    const streams = await Promise.all(Array.from({ length: 10 }, () => open('databases')));
    await Promise.all(streams.map((stream) => until(stream, 'snapshot')));
    expect(looks.mock.calls.length).toBeLessThan(streams.length);
    for (const stream of streams) stream.close();
  });

  test('ends when its token is revoked, with the reason', async () => {
    const { body } = await api.call('POST', '/v1/tokens', { body: { name: 'ci', project: 'default', role: 'viewer' } });
    const stream = await open('databases', { token: String(body['token']) });
    await until(stream, 'snapshot');
    await api.call('DELETE', `/v1/tokens/${String(body['id'])}`);
    expect((await until(stream, 'problem')).data).toMatchObject({ topic: null, problem: { code: 'unauthorized' } });
    await vi.waitFor(() => expect(stream.isOver).toBe(true));
  });

  test('does not keep the API from stopping', async () => {
    const stream = await open('databases,system');
    await until(stream, 'snapshot', 2);
    await api.app.close();
    await vi.waitFor(() => expect(stream.isOver).toBe(true));
  });
});

describe('a stream is refused', () => {
  test('for what the token may not see, before it opens', async () => {
    const shop = await api.newShop();
    const operation = randomUUID();
    await api.recordOperation(shop, operation);
    const token = await api.newToken('sales', 'viewer');
    for (const topic of [`database:${shop.id}`, `operation:${operation}`, `database:${randomUUID()}`])
      expect((await api.call('GET', `/v1/stream?topics=${topic}`, { token })).body).toMatchObject({ status: 404 });
    for (const topics of ['', 'database:shop', 'all', Array.from({ length: 31 }, (_, n) => `database:${n}`).join()])
      expect((await api.call('GET', `/v1/stream?topics=${topics}`)).body).toMatchObject({
        status: 422,
        problems: [{ path: 'topics' }],
      });
  });

  test('beyond twenty of one token', async () => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => open('system')));
    expect((await api.call('GET', '/v1/stream?topics=system')).body).toMatchObject({ status: 429, code: 'too_many' });
    streams[0]?.close();
    await vi.waitFor(async () => expect((await open('system')).status).toBe(200));
  });
});

test('the parts of the control plane say how they are, since when, and what to do', async () => {
  api.live = new PgrowError('docker_unavailable', 'Docker does not answer.');
  const { body } = await api.call('GET', '/v1/system');
  expect(systemAnswer.parse(body)).toMatchObject({
    api: { state: 'up', next: null },
    metadata: { state: 'up' },
    temporal: { state: 'up' },
    worker: { state: 'up' },
    monitor: { state: 'down', next: './pgrow up' },
    docker: { state: 'down', says: 'Docker does not answer.' },
  });
});

test('a look of the monitor that has found nothing new is no event', async () => {
  const shop = await api.newShop();
  const see = async (health: 'healthy' | 'degraded') =>
    api.store.recordObserved({ service_id: shop.id, seen_at: await api.store.readClock(), live: liveOf(health) });
  await see('healthy');
  const stream = await open('databases');
  await until(stream, 'snapshot');
  await see('healthy');
  await see('degraded');
  expect((await until(stream, 'changed')).data).toMatchObject({ databases: [{ health: 'degraded' }] });
  stream.close();
});
