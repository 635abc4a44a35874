import { expect, test } from 'vitest';
import { haTopology, replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { healthOf, verdictOf } from './live-health.ts';
import type { LiveNode, NodeState } from './live-state.ts';
import type { RouteWrite } from './route-write.ts';
import type { Topology } from './topology.ts';

const topology = haTopology(sampleDatabase('shop'));

type Change = Readonly<Record<string, readonly [NodeState, LiveNode['role']?]>>;

/** All well, but for these. */
const seen = (change: Change = {}): readonly LiveNode[] => seenIn(topology, change);
const seenIn = (of: Topology, change: Change): readonly LiveNode[] =>
  of.nodes.map(({ name, kind, container }) => {
    const leads = name === of.primary;
    const well = [kind === 'postgres' && !leads ? 'streaming' : 'running', leads ? 'primary' : 'replica'] as const;
    const [state, role = null] = change[name] ?? (kind === 'postgres' ? well : ['running' as const]);
    return { name, kind, container, role, state, detail: null, lag_bytes: null, position: null };
  });
const members = topology.nodes.filter(({ kind }) => kind === 'postgres').map(({ name }) => name);
const allMembers = (state: NodeState, role?: LiveNode['role']): Change =>
  Object.fromEntries(members.map((name) => [name, role ? ([state, role] as const) : ([state] as const)]));

const write = (route: string, outcome: RouteWrite['outcome']): RouteWrite => ({
  route,
  place: route.startsWith('front') ? 'front' : 'inner',
  outcome,
  says: null,
});
const throughFront = (outcome: RouteWrite['outcome']) => [write('front:5432', outcome)];

test.each<[string, Change, readonly RouteWrite[], string]>([
  ['all well', {}, [], 'healthy'],
  ['a replica is gone', { [members[1]!]: ['absent'] }, [], 'degraded'],
  ['a replica does not replay', { [members[1]!]: ['replay paused', 'replica'] }, [], 'degraded'],
  ['a replica refuses the login', { [members[1]!]: ['access refused'] }, [], 'degraded'],
  ['front is slow and serves', { front: ['unhealthy'] }, throughFront('acknowledged'), 'degraded'],
  ['front is slow and pgrow cannot try', { front: ['unhealthy'] }, throughFront('unseen'), 'degraded'],
  ['front is gone', { front: ['absent'] }, throughFront('failed'), 'down'],
  ['all refuse the login, clients write', allMembers('access refused'), throughFront('acknowledged'), 'unknown'],
  ['all refuse the login, also the application’s', allMembers('access refused'), throughFront('unseen'), 'unknown'],
  ['all refuse the login, and writes fail', allMembers('access refused'), throughFront('failed'), 'down'],
  ['all are full', allMembers('no connection free'), throughFront('unseen'), 'unknown'],
  ['the engine does not answer', allMembers('unknown'), throughFront('unseen'), 'unknown'],
  ['nobody leads, and the pooler refuses', allMembers('streaming', 'replica'), throughFront('unseen'), 'down'],
  ['all are stopped', allMembers('stopped'), throughFront('unseen'), 'down'],
  ['all are stopped on purpose', allMembers('server stopped'), throughFront('unseen'), 'down'],
  ['all are fenced', allMembers('fenced'), throughFront('unseen'), 'down'],
  // It may be pgrow that is cut off.
  ['nothing is heard from anybody', allMembers('not answering'), throughFront('silent'), 'unknown'],
  [
    'the leader is silent, and so is the way to it',
    { [members[0]!]: ['not answering'] },
    throughFront('silent'),
    'down',
  ],
])('%s', (_, change, writes, health) => {
  expect(healthOf(seen(change), topology, writes)).toBe(health);
});

// A start left both replicas aside. It ended as done, and the commits of clients hung.
test.each<[string, Change, string]>([
  ['all that confirm commits are down', { 'postgres-2': ['absent'], 'postgres-3': ['stopped'] }, 'down'],
  ['one of them is there', { 'postgres-2': ['absent'] }, 'degraded'],
  ['one of them cannot be seen', { 'postgres-2': ['absent'], 'postgres-3': ['not answering'] }, 'degraded'],
])('%s: clients are served if one confirms', (_, change, health) => {
  const plain = replicaTopology(sampleDatabase('shop'));
  const replica = plain.nodes.find(({ name }) => name === 'postgres-2')!;
  const confirming = {
    ...plain,
    nodes: [...plain.nodes, { ...replica, name: 'postgres-3' }],
    replicas: { ...plain.replicas!, replication_mode: 'sync' as const },
  };
  expect(healthOf(seenIn(confirming, change), confirming, [])).toBe(health);
  expect(healthOf(seenIn(confirming, change), { ...confirming, replicas: plain.replicas }, [])).toBe('degraded');
});

test('one acknowledged write outweighs all failed ones', () => {
  const writes = [write('front:5432', 'failed'), write('haproxy-1:5432', 'acknowledged')];
  expect(verdictOf(seen(), writes)).toBe('served');
});

// It was "down", as if it had failed.
test('one that was stopped on purpose is stopped, whatever is seen of its nodes', () => {
  const all = Object.fromEntries(topology.nodes.map(({ name }) => [name, ['stopped'] as const]));
  expect(healthOf(seen(all), { ...topology, stopped: true }, [])).toBe('stopped');
  expect(healthOf(seen(), { ...topology, stopped: true }, [])).toBe('stopped');
});
