import { expect, test } from 'vitest';
import { cooldownMs, failBackTo, steadyMs, type LeaderChange } from './fail-back.ts';

const now = 10_000_000;
const failover = (at: number, change: Partial<LeaderChange> = {}): LeaderChange => ({
  planned: false,
  previous_leader: 'postgres-2',
  new_leader: 'postgres-3',
  at,
  ...change,
});
const steady = new Map([['postgres-2', now - steadyMs]]);
const long = now - 2 * steadyMs;
const triedAt = new Map<string, number>();

test('back to the node that led before, once it has streamed without lag for long enough', () => {
  const situation = { leader: 'postgres-3', changes: [failover(long)], triedAt, now };
  expect(failBackTo({ ...situation, steadySince: steady })).toBe('postgres-2');
  expect(failBackTo({ ...situation, steadySince: new Map([['postgres-2', now - steadyMs + 1]]) })).toBeNull();
  expect(failBackTo({ ...situation, steadySince: new Map() })).toBeNull();
});

test('a leader that someone chose stays', () => {
  const changes = [failover(long, { planned: true }), failover(long - 1)];
  expect(failBackTo({ leader: 'postgres-3', changes, steadySince: steady, triedAt, now })).toBeNull();
  expect(failBackTo({ leader: 'postgres-2', changes: [failover(long)], steadySince: steady, triedAt, now })).toBeNull();
  expect(failBackTo({ leader: 'postgres-3', changes: [], steadySince: steady, triedAt, now })).toBeNull();
});

// Whoever fails over records the change, and so does whoever follows Patroni, if he looks at that moment: taken for two
// failovers shortly after one another they kept the failback away until the cooldown was over.
test('a change that was recorded twice is one', () => {
  const changes = [failover(long), failover(long - 300)];
  expect(failBackTo({ leader: 'postgres-3', changes, steadySince: steady, triedAt, now })).toBe('postgres-2');
});

test('a node that failed again shortly after its failback has to wait', () => {
  const back = failover(long - 1000, { planned: true, previous_leader: 'postgres-3', new_leader: 'postgres-2' });
  const again = { leader: 'postgres-3', changes: [failover(long), back], steadySince: steady, triedAt };
  expect(failBackTo({ ...again, now })).toBeNull();
  expect(failBackTo({ ...again, now: long + cooldownMs })).toBe('postgres-2');
});

// With sync_one the node that came back confirmed no commits, and was refused: a switchover failed every five seconds.
test('one that was refused is not tried again before the cooldown is over', () => {
  const situation = { leader: 'postgres-3', changes: [failover(long)], steadySince: steady };
  const tried = (at: number) => new Map([['postgres-2', at]]);
  expect(failBackTo({ ...situation, triedAt: tried(now - 5000), now })).toBeNull();
  expect(failBackTo({ ...situation, triedAt: tried(now - cooldownMs), now })).toBe('postgres-2');
});
