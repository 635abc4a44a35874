import { expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { shopPath, useApi } from '../support/api-under-test.ts';
import { liveOf } from '../support/live-state.ts';
import { replicaTopology } from '../support/sample-database.ts';

const api = useApi();

const crowded = {
  'connections@postgres-1': 61,
  'connections_idle@postgres-1': 55,
  'connections_active@postgres-1': 4,
};
const measured = (values: Record<string, number>) =>
  Array.from({ length: 28 }, (_, index) => ({ at: Date.now() - (28 - index) * 30_000, values }));
const read = async () => {
  const { status, body } = await api.call('GET', `${shopPath}/advice`, {
    token: await api.newToken('default', 'viewer'),
  });
  return {
    status,
    ...(body as { advice: { code: string; request: { path: string; body: object } | null }[]; says: string[] }),
  };
};

test('what is advised can be planned as it is', async () => {
  await api.newShop();
  api.samples = { every_ms: 5000, samples: measured(crowded) };
  const { status, advice } = await read();
  expect(status).toBe(200);
  expect(advice).toMatchObject([{ code: 'pooling', request: { path: 'pooling' } }]);
  const { path, body } = advice[0]!.request!;
  expect((await api.call('POST', `${shopPath}/${path}?dry_run=true`, { body })).status).toBe(200);
});

test('so can the rebuild of a server of another image, and the switchover after it', async () => {
  await api.shopAtStage(replicaTopology);
  api.live = liveOf('healthy', [
    { name: 'postgres-1', role: 'leader', state: 'running', lag: null },
    { name: 'postgres-2', role: 'replica', state: 'streaming', lag: 0 },
  ]);
  for (const older of [['postgres-1', 'postgres-2'], ['postgres-1']]) {
    api.olderImages = older;
    const { path, body } = (await read()).advice[0]!.request!;
    expect((await api.call('POST', `${shopPath}/${path}?dry_run=true`, { body })).status).toBe(200);
  }
});

test('without the monitor what it has recorded counts, and what is missing is said', async () => {
  const { id } = await api.newShop();
  api.samples = new PgrowError('worker_unavailable', 'No process measures.');
  expect(await read()).toMatchObject({ advice: [], says: [expect.stringContaining('monitor')] });
  await api.store.recordMetrics([{ service_id: id, samples: measured(crowded) }]);
  expect((await read()).advice).toHaveLength(1);
});
