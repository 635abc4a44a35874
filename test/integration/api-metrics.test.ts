import { expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { shopPath, useApi } from '../support/api-under-test.ts';

const api = useApi();
const minute = 60_000;

interface Series {
  readonly name: string;
  readonly node: string | null;
  readonly points: readonly (readonly [number, number | null])[];
}
const read = async (query = '') => {
  const { status, body } = await api.call('GET', `${shopPath}/metrics${query}`, {
    token: await api.newToken('default', 'viewer'),
  });
  return { status, ...(body as { series: Series[]; says: string[]; step_ms: number; problems: object[] }) };
};

test('curves are made of what is on record and of what the monitor has measured since', async () => {
  const { id } = await api.newShop();
  const now = Date.now();
  const old = (at: number) => ({ at, values: { 'commits@postgres-1': 10 } });
  await api.store.recordMetrics([{ service_id: id, samples: [old(now - 30 * minute), old(now - 29.5 * minute)] }]);
  // A monitor that ends and one that begins may both record a step.
  await api.store.recordMetrics([{ service_id: id, samples: [old(now - 30 * minute)] }]);
  api.samples = {
    every_ms: 5000,
    samples: [now - 10_000, now - 5000].map((at) => ({ at, values: { 'commits@postgres-1': 20, size: 4096 } })),
  };
  const { status, series, says, step_ms } = await read('?names=commits,size');
  expect(status).toBe(200);
  expect(says).toEqual([]);
  expect(step_ms).toBe(15_000);
  expect(series.map(({ name, node }) => [name, node])).toEqual([
    ['commits', 'postgres-1'],
    ['size', null],
  ]);
  const values = series[0]!.points.map(([, value]) => value);
  expect(values.slice(0, 3)).toEqual([10, 10, null]);
  expect(values.at(-1)).toBe(20);
});

test('without the monitor what is on record is shown, and what is missing is said', async () => {
  const { id } = await api.newShop();
  await api.store.recordMetrics([{ service_id: id, samples: [{ at: Date.now() - minute, values: { size: 4096 } }] }]);
  api.samples = new PgrowError('worker_unavailable', 'No process looks.');
  const { status, series, says } = await read();
  expect(status).toBe(200);
  expect(series.map(({ name }) => name)).toEqual(['size']);
  expect(says).toEqual([expect.stringContaining('the monitor does not say')]);
});

test('a database of which nothing was measured has no curves, and the answer says why', async () => {
  await api.newShop();
  expect(await read()).toMatchObject({ status: 200, series: [], says: [expect.stringContaining('./pgrow up')] });
});

test('what is older than a day is removed', async () => {
  const { id } = await api.newShop();
  const samples = [{ at: Date.now() - 25 * 60 * minute, values: { size: 1 } }];
  await api.store.recordMetrics([{ service_id: id, samples }]);
  await api.store.removeMetrics(Date.now() - 24 * 60 * minute);
  expect(await api.store.readMetrics(id, 0)).toEqual([]);
});

test.for([
  ['?names=commits,speed', 'names'],
  ['?since=yesterday', 'since'],
  ['?since=2020-01-01T00:00:00Z', 'since'],
  ['?step=1', 'step'],
])('%s is refused', async ([query, path]) => {
  await api.newShop();
  expect(await read(query)).toMatchObject({ status: 422, problems: [{ path }] });
});
