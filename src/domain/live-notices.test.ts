import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import type { LiveNode, NodeState } from './live-state.ts';
import { noticesOf } from './live-notices.ts';
import { whyReplayHalted } from './replay-halted.ts';

const topology = haTopology(sampleDatabase('shop'));
const [leader, second, third] = topology.nodes.filter(({ kind }) => kind === 'postgres').map(({ name }) => name);

const seen = (change: Readonly<Record<string, Partial<LiveNode>>>): readonly LiveNode[] =>
  topology.nodes.map(({ name, kind, container }) => ({
    name,
    kind,
    container,
    role: null,
    state: 'running' as NodeState,
    detail: null,
    lag_bytes: null,
    position: null,
    ...change[name],
  }));
const notices = (change: Readonly<Record<string, Partial<LiveNode>>>): string =>
  noticesOf({ name: 'shop', topology, nodes: seen(change), writes: [] }).join('\n');

const behind = (lsn: string, lag_bytes: number): Partial<LiveNode> => ({
  role: 'replica',
  position: { lsn, timeline: 2 },
  lag_bytes,
});

// Both replicas lagged when the leader was lost: status said "down", and not a word of why no one was elected.
test('a leader that is lost with its replicas behind: where each is, what the furthest lacks and would lose', () => {
  const text = notices({
    [leader!]: { state: 'absent' },
    [second!]: behind('0/5000060', 40_000_000),
    [third!]: behind('0/4000060', 60_000_000),
  });
  expect(text).toContain(`${leader} absent; ${second} at 0/5000060 of timeline 2, 38 MB behind; ${third} at 0/4000060`);
  expect(text).toContain(`${second}, the most advanced member, lacks 38 MB`);
  expect(text).toContain('at most 1 MB may be missing (maximum_lag_on_failover)');
  expect(text).toContain(`leading with ${second} loses those 38 MB`);
});

test('without a quorum no one can be elected, however far the members are', () => {
  const text = notices({
    [leader!]: { state: 'stopped' },
    [second!]: behind('0/5000060', 0),
    [third!]: behind('0/5000060', 0),
    'etcd-1': { state: 'stopped' },
    'etcd-2': { state: 'absent' },
  });
  expect(text).toContain('1 of 3 etcd nodes run, and it takes more than half');
  expect(text).not.toContain('lacks');
});

test('a node that others serve without is named, with the command that mends it', () => {
  const text = notices({
    [leader!]: { role: 'primary' },
    'haproxy-2': { state: 'stopped' },
    'etcd-1': { state: 'absent' },
  });
  expect(text).toContain('haproxy-2 is stopped. If it does not come back by itself: ./pgrow repair shop haproxy-2');
  expect(text).toContain('etcd-1 is missing. If it does not come back by itself: ./pgrow repair shop etcd-1');
});

test('servers that keep pgrow out are named with their words, what it cannot do and how to let it in', () => {
  const refused: Partial<LiveNode> = { state: 'access refused', detail: 'no pg_hba.conf entry (28000)' };
  const text = notices({
    [leader!]: refused,
    [second!]: refused,
    [third!]: { state: 'no connection free', detail: 'x' },
  });
  expect(text).toContain(`${leader}, ${second} refuse pgrow's login: no pg_hba.conf entry (28000).`);
  expect(text).toMatch(/neither see whether they serve clients nor move, grow or roll back shop/);
  expect(text).toMatch(/docker exec -it .*postgres-\d psql -U postgres/);
  expect(text).toContain(`${third} has no connection free for pgrow`);
  expect(text).not.toContain('No server leads');
});

// "stopped" was all there was to read, while both replicas died for want of a directory, again and again.
test('a replica that cannot replay a tablespace is named with the way out', () => {
  const log =
    'FATAL:  directory "/srv/ts" does not exist\nHINT:  Create this directory for the tablespace before restarting.';
  const text = notices({ [second!]: { state: 'stopped', detail: whyReplayHalted(log, 'shop', second!) } });
  expect(text).toContain(`${second} is down: it cannot replay the creation of a tablespace at /srv/ts`);
  expect(text).toContain(`./pgrow reinit shop ${second}`);
});

// It was shown as one that does not answer, which is not known to be down.
test('a server that is kept down on purpose is named, with what starts it', () => {
  const detail = 'it was stopped on purpose; start it: docker exec c pgrow-server start';
  expect(notices({ [leader!]: { role: 'primary' }, [second!]: { state: 'server stopped', detail } })).toContain(
    `The server of ${second} is kept down: ${detail}.`,
  );
});

test('of a database that was stopped on purpose nothing but that is wrong, unless some of it runs', () => {
  const stopped = { ...topology, stopped: true as const };
  const all = Object.fromEntries(topology.nodes.map(({ name }) => [name, { state: 'stopped' as const }]));
  const of = (change: Readonly<Record<string, Partial<LiveNode>>>) =>
    noticesOf({ name: 'shop', topology: stopped, nodes: seen(change), writes: [] });
  expect(of(all)).toEqual(['shop is stopped on purpose. Start it: ./pgrow start shop']);
  expect(of({ ...all, [second!]: { state: 'running' } })).toContain(
    `${second} of it is not down. Stop: ./pgrow stop shop`,
  );
});
