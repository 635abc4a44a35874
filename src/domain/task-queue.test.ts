import { describe, expect, test } from 'vitest';
import { pollerLivesFor, workerIdentity, workerOfAnother } from './task-queue.ts';

const first = { pid: 1, host: 'db1', instance: '00000001' };
const own = workerIdentity('1a2b3c4d', first);
const another = workerIdentity('99999999', { ...first, instance: '00000002' });

// Each of them is process 1 of its container, and on the host's network they have its name.
test('two workers in containers have two identities', () => {
  expect(workerIdentity('1a2b3c4d', { ...first, instance: '00000002' })).not.toBe(own);
});

describe('a worker of another control plane on the queue', () => {
  test('is one that asked for work while it may still live, under another home', () => {
    const pollers = [
      { identity: own, seen_ago: 0 },
      { identity: another, seen_ago: 20 },
    ];
    expect(workerOfAnother(pollers, '1a2b3c4d')).toEqual({ identity: another, seen_ago: 20 });
    expect(workerOfAnother(pollers.slice(0, 1), '1a2b3c4d')).toBeNull();
  });

  // Temporal lists a worker for five minutes after its end; it must not keep a queue for so long.
  test('is none that has ended', () => {
    expect(workerOfAnother([{ identity: another, seen_ago: pollerLivesFor }], '1a2b3c4d')).not.toBeNull();
    expect(workerOfAnother([{ identity: another, seen_ago: pollerLivesFor + 1 }], '1a2b3c4d')).toBeNull();
  });

  test('is none of an older version, which does not say whose it is and may be our own', () => {
    expect(workerOfAnother([{ identity: '4711@db1', seen_ago: 1 }], '1a2b3c4d')).toBeNull();
  });
});
