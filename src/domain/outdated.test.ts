import { expect, test } from 'vitest';
import { imageAge, outdatedDocument } from './outdated.ts';

const image = { reference: 'pgrow/postgres:17-1', newest: false, made_at: '2026-01-01T00:00:00.000Z' };
const shop = { id: 'i', project: 'default', name: 'shop', observed_at: '2026-02-01T00:00:00.000Z', complete: true };

test('servers are brought to the newest image by one change, other nodes are made again', () => {
  const nodes = (['postgres', 'haproxy'] as const).map((kind) => ({
    name: `${kind}-1`,
    kind,
    container: `pgrow-x-${kind}-1`,
    image,
  }));
  const { databases, unknown } = outdatedDocument([
    { ...shop, nodes },
    { ...shop, name: 'new', nodes: [] },
    { ...shop, name: 'unseen', complete: false, nodes: [] },
  ]);
  expect(databases.map(({ name }) => name)).toEqual(['shop']);
  expect(databases[0]!.nodes.map(({ command }) => command)).toEqual([
    './pgrow change shop --image newest',
    'docker rm --force --volumes pgrow-x-haproxy-1 && ./pgrow repair shop haproxy-1',
  ]);
  expect(unknown).toEqual(['unseen']);
});

test.each([
  ['2025-12-31T23:00:00.000Z', '0 hours'],
  ['2026-01-01T01:30:00.000Z', '1 hour'],
  ['2026-01-02T23:00:00.000Z', '47 hours'],
  ['2026-01-03T00:00:00.000Z', '2 days'],
  ['2026-01-14T23:00:00.000Z', '13 days'],
  ['2026-01-22T00:00:00.000Z', '3 weeks'],
])('at %s an image of the beginning of the year is %s old', (now, age) => {
  expect(imageAge(image, Date.parse(now))).toBe(age);
});

test('an image of which the engine does not say when it was built has no age', () => {
  expect(imageAge({ made_at: null }, 0)).toBeNull();
});
