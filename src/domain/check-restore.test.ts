import { describe, expect, test } from 'vitest';
import type { PgrowError } from './errors.ts';
import { checkRestore, type RestoreRequest } from './check-restore.ts';
import type { Snapshot } from './snapshot.ts';

const now = Date.parse('2026-01-02T00:00:00.000Z');
const fit: Snapshot = {
  id: 'snap-1',
  service_id: 's1',
  operation_id: null,
  volume: 'v-1',
  bytes: null,
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-02T00:00:00.001Z',
  verified_at: '2026-01-01T00:00:00.000Z',
  damage: null,
};
const request: RestoreRequest = {
  source: { name: 'shop' },
  snapshots: [fit],
  wanted: { snapshot: 'snap-1', name: 'copy' },
  holder: null,
  running: null,
  now,
  malformed: [],
};

const refusal = (change: Partial<RestoreRequest>): PgrowError => {
  try {
    checkRestore({ ...request, ...change });
  } catch (error) {
    return error as PgrowError;
  }
  throw new Error('it was not refused');
};

test('a whole snapshot that is still kept may be restored under a free name', () => {
  expect(() => checkRestore(request)).not.toThrow();
  expect(() => checkRestore({ ...request, snapshots: [{ ...fit, expires_at: null }] })).not.toThrow();
});

describe('what keeps a snapshot from being restored', () => {
  const taken = { path: 'name', value: 'copy', allowed: 'a name that is free' };

  test('is named all at once, and is wrong input as soon as one thing is', () => {
    const malformed = [{ path: 'port', value: 1, allowed: 'a whole number from 1024 to 65535' }];
    const { code, problems, message } = refusal({ malformed, holder: { name: 'copy' }, snapshots: [] });
    expect(code).toBe('invalid_input');
    expect(problems).toEqual([
      ...malformed,
      { path: 'snapshot', value: 'snap-1', allowed: 'none: shop has no snapshot that can be restored' },
      taken,
    ]);
    for (const { path } of problems) expect(message).toContain(`${path} is`);
  });

  test.each([
    ['time', { expires_at: '2026-01-02T00:00:00.000Z' }, 'it expired at 2026-01-02T00:00:00.000Z'],
    [
      'taken by an operation that runs',
      { operation_id: 'op-1' },
      'it was taken by expand op-1, which is still running',
    ],
    ['damage', { damage: 'checksum mismatch' }, 'it is damaged: checksum mismatch'],
    [
      'never verified',
      { verified_at: null },
      'it was never verified; to do so: ./pgrow snapshots shop --verify snap-1',
    ],
  ])('%s: is refused with those that would do', (_, change, reason) => {
    const { code, problems } = refusal({
      running: { id: 'op-1', type: 'expand' },
      snapshots: [
        { ...fit, ...change },
        { ...fit, id: 'snap-2' },
      ],
    });
    expect(code).toBe('refused');
    expect(problems).toEqual([{ path: 'snapshot', value: 'snap-1', allowed: `snap-2 (${reason})` }]);
  });

  test('a name that is taken is that alone, or one of several refusals', () => {
    expect(refusal({ holder: { name: 'copy' } })).toMatchObject({ code: 'name_taken', problems: [taken] });
    const damaged = refusal({ holder: { name: 'copy' }, snapshots: [{ ...fit, damage: 'x' }] });
    expect(damaged).toMatchObject({ code: 'refused', problems: [{ path: 'snapshot' }, { path: 'name' }] });
  });

  test('what cannot be read is described by the problems of the request itself', () => {
    const malformed = [{ path: 'snapshot', value: 7, allowed: 'text of 1 to 63 characters' }];
    expect(refusal({ wanted: { snapshot: 7, name: 'copy' }, malformed }).problems).toEqual(malformed);
  });
});
