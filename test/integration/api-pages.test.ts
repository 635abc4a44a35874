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

test('a summary of operations has no steps, and says how far they are', async () => {
  const shop = await api.newShop();
  const id = randomUUID();
  await api.recordOperation(shop, id);
  await api.store.stepStarted({ operation: id, step: 0 });
  const read = async (query: string) => (await api.call('GET', `${shopPath}/operations?${query}`)).body['operations'];
  expect(await read('view=summary')).toMatchObject([{ id, steps: [], current: 0, abortable: { now: true } }]);
  expect(await read('view=full')).toMatchObject([{ steps: [{ status: 'running', attempt: 1 }, {}] }]);
});

describe('the activity of a database', () => {
  const happen = async () => {
    const { shop, ids } = await recordOperations(2);
    await recordEvent(shop.id, 'x');
    await api.store.recordSnapshot({ id: 'snap-1', service_id: shop.id, operation_id: null, volume: 'v' });
    const verified_at = new Date(Date.now() + 60_000).toISOString();
    await api.store.recordVerification({ service_id: shop.id, id: 'snap-1', verified_at, damage: 'one file' });
    const entry = { actor: 'ann', project: 'default', service_id: shop.id };
    await api.store.recordAudit({ ...entry, action: 'verify_snapshot', details: {} });
    await api.store.recordAudit({ ...entry, action: 'expand', details: { operation_id: ids[0] } });
    return { shop, ids };
  };
  type Entry = Body & { kind: string; type: string };

  test('is one list of all kinds, newest first, with who did it', async () => {
    const { ids } = await happen();
    const entries = (await readPages(`${shopPath}/activity`, 'entries')).flat() as Entry[];
    expect(entries.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      'snapshot snapshot_damaged',
      'audit verify_snapshot',
      'snapshot snapshot_taken',
      'event leader_changed',
      'operation expand',
      'operation expand',
    ]);
    expect(entries.slice(-2)).toMatchObject([
      { severity: 'info', operation_id: ids[1], actor: 'tests', says: expect.stringContaining('done') },
      { severity: 'error', operation_id: ids[0] },
    ]);
  });

  test('is chosen by kind and severity', async () => {
    await happen();
    const read = async (query: string) => {
      const { body } = await api.call('GET', `${shopPath}/activity?${query}`);
      return (body['entries'] as Entry[]).map(({ type }) => type);
    };
    expect(await read('severity=error')).toEqual(['snapshot_damaged', 'expand']);
    expect(await read('kinds=event,audit')).toEqual(['verify_snapshot', 'leader_changed']);
    for (const [kind, types] of Object.entries({
      event: ['leader_changed'],
      operation: ['expand', 'expand'],
      checkpoint: [],
      snapshot: ['snapshot_damaged', 'snapshot_taken'],
      audit: ['verify_snapshot'],
    }))
      expect(await read(`kinds=${kind}`)).toEqual(types);
    expect((await api.call('GET', `${shopPath}/activity?kinds=gossip`)).body).toMatchObject({ status: 422 });
  });

  test('shows the audit to administrators only', async () => {
    await happen();
    const { body } = await api.call('POST', '/v1/tokens', { body: { name: 'v', project: 'default', role: 'viewer' } });
    const token = String(body['token']);
    const { body: seen } = await api.call('GET', `${shopPath}/activity?kinds=audit,event`, { token });
    expect((seen['entries'] as Entry[]).map(({ kind }) => kind)).toEqual(['event']);
  });
});

test('a plan says what such operations took before', async () => {
  const dryRun = async () =>
    (await api.call('POST', `${shopPath}/replicas?dry_run=true`)).body['operation'] as Body & { steps: Body[] };
  const { shop } = await recordOperations(1);
  expect(await dryRun()).toMatchObject({ usual_ms: null, estimated_duration_ms: expect.any(Number), preflight: null });
  const id = randomUUID();
  await api.recordOperation(shop, id);
  await api.store.stepStarted({ operation: id, step: 0 });
  await api.store.stepEnded({ operation: id, step: 0, status: 'done' });
  await api.store.endOperation({ id, status: 'done', stall_ms: null, error: null });
  const plan = await dryRun();
  expect(plan['usual_ms']).toEqual(expect.any(Number));
  const { steps } = (await api.store.readOperation(id))!;
  const usual = await api.store.readUsualDurations({
    type: 'expand',
    from: null,
    to: null,
    steps: [{ name: steps[0]!.name.replaceAll(/\d/g, '9') }, { name: 'never done' }] as never,
  });
  expect(usual.steps).toEqual([expect.any(Number), null]);
});

test('a dry run looks at what would be checked first, where that is asked for', async () => {
  await api.newShop();
  const plan = async (path: string) => (await api.call('POST', `${shopPath}/${path}`)).body['operation'];
  const preflight = [{ check: 'engine', ok: true, says: 'Docker answers before expand' }];
  expect(await plan('pooling?dry_run=true&preflight=true')).toMatchObject({ preflight });
  expect(await plan('pooling?dry_run=true')).toMatchObject({ preflight: null });
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
