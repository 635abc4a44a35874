import { expect, test } from 'vitest';
import { liveOf } from '../../test/support/live-state.ts';
import type { LiveNode, NodeFacts } from './live-state.ts';
import { withFacts } from './observed-facts.ts';

const node = (change: Partial<LiveNode> = {}): LiveNode => ({
  name: 'postgres-2',
  kind: 'postgres',
  role: 'replica',
  state: 'streaming',
  detail: null,
  container: 'c',
  lag_bytes: 0,
  position: { lsn: '0/1', timeline: 1 },
  ...change,
});
const first = '2026-01-01T10:00:00.000Z';
const later = '2026-01-01T10:00:10.000Z';

const look = (seen: LiveNode, before: LiveNode | null, read: NodeFacts | null = null) =>
  withFacts(
    { ...liveOf('healthy'), nodes: [seen] },
    {
      before: before && { ...liveOf('healthy'), nodes: [before] },
      read: new Map(read ? [[seen.name, read]] : []),
      seen_at: later,
    },
  ).nodes[0]!;

const known: NodeFacts = {
  since: first,
  version: '17.6',
  volume_bytes: 9,
  synchronous: true,
  lag_seconds: 0,
  answered_at: first,
};

test('a state lasts since it was seen first; another one begins now', () => {
  expect(look(node(), node({ facts: known })).facts?.since).toBe(first);
  expect(look(node({ state: 'replay paused' }), node({ facts: known })).facts?.since).toBe(later);
  expect(look(node(), null).facts?.since).toBe(later);
});

test('what a look did not read is what the look before had read', () => {
  expect(look(node(), node({ facts: known })).facts).toEqual({ ...known, answered_at: later });
  expect(look(node(), node({ facts: known }), { synchronous: false }).facts).toMatchObject({ synchronous: false });
});

test('one that does not serve has kept its version and its data, and nothing that changes', () => {
  const gone = look(node({ state: 'stopped', role: null, position: null }), node({ facts: known }));
  expect(gone.facts).toEqual({ since: later, version: '17.6', volume_bytes: 9, answered_at: first });
});

test('a replica that was promoted follows none any longer', () => {
  const facts = look(node({ state: 'running', role: 'primary' }), node({ facts: known })).facts;
  expect(facts).toEqual({ since: later, version: '17.6', volume_bytes: 9, answered_at: later });
});
