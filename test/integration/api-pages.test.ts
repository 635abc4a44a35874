import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { services, shopPath, useApi } from '../support/api-under-test.ts';
import { sampleDatabase } from '../support/sample-database.ts';

const api = useApi();

type Body = Record<string, unknown>;

/** Reads a list page by page; `between` is done after the first page. */
const readPages = async (path: string, member: string, between: () => Promise<unknown> = async () => undefined) => {
  const pages: Body[][] = [];
  let cursor: string | null = null;
  do {
    const asked: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body }: { body: Body } = await api.call('GET', `${path}${path.includes('?') ? '&' : '?'}limit=2${asked}`);
    pages.push(body[member] as Body[]);
    cursor = body['next_cursor'] as string | null;
    if (pages.length === 1) await between();
  } while (cursor !== null);
  return pages;
};

const recordEvent = (service_id: string, name: string) =>
  api.store.recordEvent({
    service_id,
    event_type: 'leader_changed',
    from_stage: null,
    to_stage: null,
    metadata: { name },
  });

const recordOperations = async (count: number) => {
  const shop = await api.newShop();
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids) {
    await api.recordOperation(shop, id);
    await api.store.endOperation({ id, status: id === ids[0] ? 'failed' : 'done', stall_ms: 0, error: null });
  }
  return { shop, ids };
};

test('what is added between two pages neither doubles nor hides an entry', async () => {
  const shop = await api.newShop();
  for (const name of ['1', '2', '3', '4', '5']) await recordEvent(shop.id, name);
  const pages = await readPages(`${shopPath}/events`, 'events', () => recordEvent(shop.id, '6'));
  const names = pages.map((page) => page.map(({ metadata }) => (metadata as Body)['name']));
  expect(names).toEqual([['5', '4'], ['3', '2'], ['1']]);
});

describe('every list that can grow has pages', () => {
  const names = ['anna', 'berta', 'clara'];

  test('databases of a project, by name', async () => {
    for (const name of names) await api.store.registerDatabase(sampleDatabase(name));
    const pages = await readPages(services, 'services');
    expect(pages.map((page) => page.map(({ name }) => name))).toEqual([['anna', 'berta'], ['clara']]);
  });

  test('snapshots, tokens and the audit, newest first', async () => {
    const shop = await api.newShop();
    for (const name of names) {
      await api.store.recordSnapshot({ id: name, service_id: shop.id, operation_id: null, volume: name });
      await api.call('POST', '/v1/tokens', { body: { name, project: 'default', role: 'viewer' } });
    }
    const read = async (path: string, member: string, shown: (entry: Body) => unknown) =>
      (await readPages(path, member)).flatMap((page) => page.map(shown));
    const newestFirst = names.toReversed();
    expect(await read(`${shopPath}/snapshots`, 'snapshots', ({ id }) => id)).toEqual(newestFirst);
    expect((await read('/v1/tokens', 'tokens', ({ name }) => name)).slice(0, 3)).toEqual(newestFirst);
    const details = ({ details: named }: Body) => (named as Body)['name'];
    expect(await read('/v1/audit', 'entries', details)).toEqual(newestFirst);
  });

  test('checkpoints', async () => {
    const shop = await api.newShop();
    const opened = [await api.openCheckpoint(shop), await api.openCheckpoint(shop), await api.openCheckpoint(shop)];
    const pages = await readPages(`${shopPath}/checkpoints`, 'checkpoints');
    expect(pages.flat().map(({ id }) => id)).toEqual(opened.map(({ id }) => id).toReversed());
  });

  test('operations, also of a name that is gone', async () => {
    const { shop, ids } = await recordOperations(5);
    await api.store.removeDatabase(shop.id);
    const pages = await readPages(`${shopPath}/operations`, 'operations');
    expect(pages.flat().map(({ id }) => id)).toEqual(ids.toReversed());
  });
});

test('operations of some types or with some statuses', async () => {
  const { ids } = await recordOperations(3);
  const read = async (query: string) => {
    const { body } = await api.call('GET', `${shopPath}/operations?${query}`);
    return (body['operations'] as Body[]).map(({ id }) => id);
  };
  expect(await read('status=failed,needs_operator')).toEqual([ids[0]]);
  expect(await read('type=expand&status=done&limit=1')).toEqual([ids[2]]);
  expect(await read('status=failed&status=running')).toEqual([ids[0]]);
  expect(await read('type=destroy')).toEqual([]);
  expect((await api.call('GET', `${shopPath}/operations?status=over`)).body).toMatchObject({
    status: 422,
    problems: [{ path: 'status', allowed: expect.stringContaining('needs_operator') }],
  });
});

test('a request that waits for a worker is the first entry of the first page', async () => {
  const { ids } = await recordOperations(2);
  api.client.worker = false;
  const { operation_id } = (await api.call('POST', `${shopPath}/pooling`)).body;
  const read = async (query: string) => (await api.call('GET', `${shopPath}/operations?${query}`)).body;
  expect(((await read('limit=2'))['operations'] as Body[]).map(({ id }) => id)).toEqual([operation_id, ids[1]]);
  const alone = await read('limit=1');
  expect((alone['operations'] as Body[]).map(({ id }) => id)).toEqual([operation_id]);
  const { operations } = await read(`limit=1&cursor=${String(alone['next_cursor'])}`);
  expect((operations as Body[]).map(({ id }) => id)).toEqual([ids[1]]);
});

test('a cursor that was changed, or is of another list, is refused', async () => {
  await recordOperations(2);
  const { body } = await api.call('GET', `${shopPath}/operations?limit=1`);
  const cursor = String(body['next_cursor']);
  for (const path of [`${shopPath}/operations?cursor=x${cursor}`, `${shopPath}/events?cursor=${cursor}`])
    expect((await api.call('GET', path)).body).toMatchObject({ status: 400, code: 'malformed_request' });
});
