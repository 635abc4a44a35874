import { describe, expect, test } from 'vitest';
import { operationOptions } from './options.ts';
import { nextMove, poolerRemedies, routerRemedies, settlingSeconds } from './remedies.ts';

const patienceSeconds = operationOptions.parse({}).checkpoint_timeout;
const settling = settlingSeconds(patienceSeconds);
const remedies = ['reload', 'restart'] as const;
const after = (applied: number, seconds: number) => nextMove({ remedies, applied, seconds, patienceSeconds });

describe('a fault that lasts', () => {
  test('is given time to pass by itself before anything is done about it', () => {
    expect(after(0, 0)).toBe('wait');
    expect(after(0, settling)).toBe('reload');
  });

  test('is met by one remedy after the other, each of which is given time', () => {
    expect(after(1, 0)).toBe('wait');
    expect(after(1, settling)).toBe('restart');
    expect(after(2, settling)).toBe('wait');
  });

  test('is given up once the last remedy has not helped', () => {
    expect(after(2, 2 * settling)).toBe('give up');
  });

  test('that nothing is known against is only waited for, then given up', () => {
    expect(nextMove({ remedies: [], applied: 0, seconds: settling, patienceSeconds })).toBe('wait');
  });
});

// A step that has no patience left must not give up before everything has been tried.
test.each([60, 1800, 86_400])('all remedies have had their time within a patience of %i s', (patience) => {
  const longest = Math.max(routerRemedies.length, poolerRemedies({ mayHaveClients: false }).length);
  expect((longest + 2) * settlingSeconds(patience)).toBeLessThan(patience);
});

test('a pooler through which clients may be connected is never restarted', () => {
  expect(poolerRemedies({ mayHaveClients: true })).toEqual(['reload']);
  expect(poolerRemedies({ mayHaveClients: false })).toEqual(['reload', 'restart']);
});
