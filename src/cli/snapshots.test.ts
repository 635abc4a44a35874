import { expect, test, vi } from 'vitest';
import type { ApiClient } from './api-client.ts';
import { listSnapshots, snapshotRequest, snapshotsText, verificationText, verifySnapshot } from './snapshots.ts';

const snapshot = {
  id: 'snap-1',
  volume: 'v-1',
  bytes: 2048,
  created_at: '2026-01-01',
  expires_at: null,
  verified_at: '2026-01-02',
  damage: null,
};

test('snapshots say whether they are whole and until when they are kept', () => {
  const other = { ...snapshot, id: 'snap-2', bytes: null, expires_at: '2026-01-02', verified_at: null };
  expect(snapshotsText([snapshot, other, { ...snapshot, id: 'snap-3', damage: 'checksum mismatch' }])).toEqual([
    'TAKEN       ID      SIZE  VERIFIED    KEPT UNTIL             VOLUME',
    '2026-01-01  snap-1  2 kB  2026-01-02  its checkpoint closes  v-1',
    '2026-01-01  snap-2  -     never       2026-01-02             v-1',
    '2026-01-01  snap-3  2 kB  damaged     its checkpoint closes  v-1',
  ]);
  expect(snapshotsText([])).toEqual(['No snapshots.']);
});

test('the list says what was restored from a snapshot, also from one that is gone', async () => {
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const restored = [
    { id: 'b', name: 'shop-before', snapshot: 'snap-0', taken_at: '2026-01-01', restored_at: '2026-01-03' },
  ];
  const get = async () => ({ snapshots: [snapshot], restored, next_cursor: null });
  const api = { get } as unknown as ApiClient;
  await listSnapshots(api, { database: 'shop', json: false });
  expect(printed.split('\n').slice(2, 5)).toEqual([
    '',
    'RESTORED    DATABASE     SNAPSHOT  TAKEN',
    '2026-01-03  shop-before  snap-0    2026-01-01',
  ]);
  printed = '';
  await listSnapshots(api, { database: 'shop', json: true });
  expect(JSON.parse(printed)).toEqual({ snapshots: [snapshot], restored });
  vi.restoreAllMocks();
});

test('a verification says what was found', () => {
  const found = ['checksum mismatch for file "base/1/1255"'];
  expect(verificationText(snapshot, { status: 'damaged', found, duration_ms: 1500 })).toEqual([
    'snap-1 is damaged: 2 kB read in 1.5 s.',
    '  checksum mismatch for file "base/1/1255"',
  ]);
});

test.each([
  ['whole', 0],
  ['damaged', 1],
] as const)(
  'a verification that takes longer than a request is requested again; %s is %d',
  async (status, exitCode) => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const asked: string[] = [];
    const post = async (path: string) => {
      asked.push(path);
      const verification = asked.length < 3 ? { status: 'running' } : { status, found: [], duration_ms: 1 };
      return { snapshot, verification };
    };
    const api = { post } as unknown as ApiClient;
    expect(await verifySnapshot(api, { database: 'shop', id: 'snap-1', json: true })).toBe(exitCode);
    expect(asked).toEqual(
      Array.from({ length: 3 }, () => '/v1/projects/default/services/shop/postgres/snapshots/snap-1/verify'),
    );
    vi.restoreAllMocks();
  },
);

test('one is taken only with --take, and what belongs to that is refused without it', () => {
  expect(snapshotRequest({})).toBeNull();
  expect(snapshotRequest({ take: true })).toEqual({ path: 'snapshots', body: {} });
  expect(snapshotRequest({ take: true, keep: 604_800, patience: 120 })?.body).toEqual({
    keep_for: 604_800,
    patience: 120,
  });
  expect(() => snapshotRequest({ keep: 3600 })).toThrow('--keep requires --take.');
  expect(() => snapshotRequest({ planDigest: '0' })).toThrow('--plan-digest requires --take.');
  expect(() => snapshotRequest({ take: true, verify: 'snap-1' })).toThrow('--verify');
});
