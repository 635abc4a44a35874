import { expect, test } from 'vitest';
import { haTopology, replicaTopology } from '../support/sample-database.ts';
import { shopPath, useApi } from '../support/api-under-test.ts';

const api = useApi();

interface Rung {
  readonly name: string;
  readonly direction: string;
  readonly request: { readonly path: string; readonly body: object } | null;
  readonly plan: { readonly digest: string; readonly cost_after: { readonly monthly_usd: number } } | null;
  readonly refused: { readonly code: string } | null;
}

const readLadder = async (token?: string) => {
  const { status, body } = await api.call('GET', `${shopPath}/ladder`, token === undefined ? {} : { token });
  return { status, rungs: body['rungs'] as Rung[], pooling: body['pooling'] as Omit<Rung, 'name'> | null };
};

test('one answer shows every stage, what it costs, and the request that leads there', async () => {
  await api.newShop();
  const { status, rungs, pooling } = await readLadder(await api.newToken('default', 'viewer'));
  expect(status).toBe(200);
  expect(rungs.map(({ name, direction, plan }) => [name, direction, plan?.cost_after.monthly_usd])).toEqual([
    ['single', 'present', undefined],
    ['pooling', 'up', 18],
    ['replicas', 'up', 35],
    ['ha', 'up', 77],
  ]);
  expect(pooling).toBeNull();
});

test('what it shows is what the request of a rung would run', async () => {
  await api.shopAtStage(replicaTopology);
  const { rungs, pooling } = await readLadder();
  const open = [...rungs, pooling!].filter(({ plan }) => plan !== null);
  expect(open.length).toBeGreaterThan(2);
  for (const { request, plan } of open) {
    const { headers } = await api.call('POST', `${shopPath}/${request!.path}?dry_run=true`, { body: request!.body });
    expect(headers['etag']).toBe(`"${plan?.digest}"`);
  }
});

test('what cannot be done says why, and the rest is shown all the same', async () => {
  const shop = await api.newShop();
  api.takeUp(shop);
  await api.call('POST', `${shopPath}/pooling`);
  const { rungs } = await readLadder();
  expect(rungs.slice(1).map(({ refused }) => refused?.code)).toEqual(
    Array.from({ length: 3 }, () => 'operation_running'),
  );
});

test('the nodes that writes can move to, and why another is not fit', async () => {
  await api.shopAtStage(haTopology);
  const { body } = await api.call('GET', `${shopPath}/candidates`);
  expect(body).toMatchObject({ leader: expect.any(String), candidates: expect.any(Array) });
  const { candidates } = body as { candidates: { fit: boolean; reason: string | null }[] };
  for (const { fit, reason } of candidates) expect(fit).toBe(reason === null);
});
