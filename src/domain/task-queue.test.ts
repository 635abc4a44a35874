import { describe, expect, test } from 'vitest';
import { pollerLivesFor, workerIdentity, workerOfAnother } from './task-queue.ts';

const own = workerIdentity('1a2b3c4d', 41, 'db1');
const another = workerIdentity('99999999', 42, 'db1');

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
