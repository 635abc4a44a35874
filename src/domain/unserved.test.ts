import { describe, expect, test } from 'vitest';
import { sampleDatabase } from '../../test/support/sample-database.ts';
import type { LiveNode } from './live-state.ts';
import type { RouteWrite } from './route-write.ts';
import { createUnservedWatch, type Look } from './unserved.ts';

const { topology } = sampleDatabase('shop');

const server = (change: Partial<LiveNode> = {}): LiveNode => ({
  name: 'postgres-1',
  kind: 'postgres',
  role: null,
  state: 'stopped',
  detail: null,
  container: 'c',
  lag_bytes: null,
  position: null,
  ...change,
});
const write = (outcome: RouteWrite['outcome']): RouteWrite => ({
  route: 'front:5432',
  place: 'front',
  outcome,
  says: outcome === 'acknowledged' ? null : 'connect ECONNREFUSED.',
});
const failing = { nodes: [server()], writes: [write('failed')] };
const seconds = (second: number, live: Look['live']): Look => ({ at: second * 1000, live, topology });

/** What a watch says after looks every ten seconds. */
const after = (lives: readonly Look['live'][]): string | null => {
  const watch = createUnservedWatch('shop', { ms: 30_000, looks: 3 });
  return lives.map((live, index) => watch.see(seconds(index * 10, live))).find((said) => said !== null) ?? null;
};

describe('a stage takes no writes', () => {
  test('once they have failed in every look of a while, which are then named', () => {
    expect(after([failing, failing, failing])).toBeNull();
    expect(after([failing, failing, failing, failing])).toBe(
      'shop has taken no writes for 30 s: in 4 of 4 tries none was acknowledged through front:5432 ' +
        '(connect ECONNREFUSED); postgres-1 stopped.',
    );
  });

  // A changed password, a slow health check: pgrow took a healthy cluster down for what only it could not see.
  test.each<[string, Look['live']]>([
    ['a write is acknowledged', { ...failing, writes: [write('failed'), write('acknowledged')] }],
    ['pgrow cannot try a write', { ...failing, writes: [write('failed'), write('unseen')] }],
    ['nothing is heard from anybody', { nodes: [server({ state: 'not answering' })], writes: [write('silent')] }],
    ['a server refuses the login', { ...failing, nodes: [server({ state: 'access refused' })] }],
    ['there was no reason to try', { ...failing, writes: [] }],
    ['an operation runs', null],
  ])('not where %s: the time begins again', (_, live) => {
    expect(after([failing, failing, failing, live, failing, failing, failing])).toBeNull();
    expect(after([live, live, live, live, live, live])).toBeNull();
  });

  test('not while its primary continues writing, for clients that have ways of their own', () => {
    const at = (lsn: string) => ({
      ...failing,
      nodes: [server({ role: 'primary', state: 'running', position: { lsn, timeline: 1 } })],
    });
    expect(after([at('0/1'), at('0/2'), at('0/3'), at('0/4'), at('0/5')])).toBeNull();
    expect(after([at('0/1'), at('0/1'), at('0/1'), at('0/1')])).toMatch(/postgres-1 primary at 0\/1 of timeline 1/);
  });
});
