import { expect, test } from 'vitest';
import type { Reading } from '../domain/samples.ts';
import { recentLastsMs } from '../domain/sampling.ts';
import { createSampleRing } from './sample-ring.ts';

const reading = (at: number): Reading => ({ at, servers: {}, poolers: {}, size_bytes: at + 1, disk_free_bytes: null });

test('what was measured lately is kept, and what is older is not', () => {
  const ring = createSampleRing();
  for (const at of [0, 5000, recentLastsMs + 1000]) ring.add('s1', reading(at));
  expect(ring.recent('s1').map(({ at }) => at)).toEqual([5000, recentLastsMs + 1000]);
  expect(ring.recent('s2')).toEqual([]);
});

test('each step is given once, and only when it is over', () => {
  const ring = createSampleRing();
  for (const at of [0, 29_000, 31_000, 61_000]) ring.add('s1', reading(at));
  expect(ring.take(60_000)).toEqual([
    {
      service_id: 's1',
      samples: [
        { at: 0, values: { size: 29_001 } },
        { at: 30_000, values: { size: 31_001 } },
      ],
    },
  ]);
  expect(ring.take(60_000)).toEqual([]);
  expect(ring.take(Infinity)).toEqual([{ service_id: 's1', samples: [{ at: 60_000, values: { size: 61_001 } }] }]);
});

test('a database that is gone is forgotten', () => {
  const ring = createSampleRing();
  ring.add('s1', reading(0));
  ring.add('s2', reading(0));
  ring.keepOnly(new Set(['s2']));
  expect(ring.recent('s1')).toEqual([]);
  expect(ring.take(Infinity).map(({ service_id }) => service_id)).toEqual(['s2']);
});
