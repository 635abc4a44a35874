import { describe, expect, test } from 'vitest';
import { PgrowError } from './errors.ts';
import { faultIn, hangOf, liveNodeOf, type NodeLook, type SeenContainer, type ServerWord } from './node-look.ts';

/**
 * The same node was looked at three times for three judgements, which could contradict one another. All of them follow from
 * one look now, and none of them takes "cannot log in", "does not answer" and "is down" for the same.
 */

const node = { name: 'postgres-3', kind: 'postgres', container: 'c-3', volume: 'v-3' } as const;
const runs: SeenContainer = {
  running: true,
  frozen: false,
  health: 'none',
  healthSays: '',
  exitCode: null,
  address: '10.0.0.3',
};
const unasked: ServerWord = { came: 'unasked', last: null };
const replica = { in_recovery: true, lsn: '0/5000060', timeline: 2, streams: true, paused: false };

const look = (container: Partial<SeenContainer>, server: ServerWord = unasked): NodeLook => ({
  node,
  engine: { says: 'there', container: { ...runs, ...container } },
  server,
});
const failed = (error: unknown, last: string | null = null): NodeLook => look({}, { came: 'error', error, last });
const refused = (code: string, message: string) =>
  new PgrowError('not_ready', `Cannot connect: ${message}.`, { cause: Object.assign(new Error(message), { code }) });

const all: readonly (readonly [string, NodeLook, object, object | null, object | null])[] = [
  [
    'gone with its data',
    { node, engine: { says: 'gone', has_data: false }, server: unasked },
    { state: 'absent', detail: null },
    { state: 'missing', has_data: false },
    { says: 'its container is gone', known: true, exited: false },
  ],
  [
    'stopped',
    look({ running: false, exitCode: 137, address: null }),
    { state: 'stopped', detail: null },
    { state: 'stopped', has_data: true },
    { says: 'postgres-3 does not run (exit code 137)', known: false, exited: true },
  ],
  [
    'frozen',
    look({ frozen: true }),
    { state: 'not answering', detail: 'its container is paused (docker unpause)' },
    { state: 'frozen', has_data: true },
    { says: 'its container is paused', known: true, exited: false },
  ],
  [
    'in no network',
    look({ address: null }),
    { state: 'not answering', detail: 'its container is in no network' },
    null,
    { says: 'its container is in no network', known: true, exited: false },
  ],
  [
    'silent',
    failed(new PgrowError('no_answer', 'no connection in time.')),
    { state: 'not answering', detail: 'no connection in time' },
    null,
    { says: 'no connection in time', known: false, exited: false },
  ],
  [
    'silent since it died in replay',
    failed(new PgrowError('no_answer', 'ECONNREFUSED.'), 'it lacks a directory'),
    { state: 'not answering', detail: 'it lacks a directory' },
    null,
    { says: 'ECONNREFUSED', known: false, exited: false },
  ],
  [
    'one that refuses the login',
    failed(refused('28P01', 'password authentication failed')),
    { state: 'access refused', detail: 'password authentication failed (28P01)' },
    null,
    { known: false, exited: false },
  ],
  [
    'full',
    failed(refused('53300', 'too many clients already')),
    { state: 'no connection free' },
    null,
    { known: false, exited: false },
  ],
  [
    'starting',
    failed(refused('57P03', 'the database system is starting up')),
    { state: 'starting' },
    null,
    { known: false, exited: false },
  ],
  [
    'stopped by an order to its supervisor',
    look({}, { came: 'kept down', how: 'stopped' }),
    {
      state: 'server stopped',
      detail: 'it was stopped on purpose; start it: docker exec c-3 pgrow-server start',
    },
    null,
    { says: 'its server is stopped on purpose', known: true, exited: false },
  ],
  [
    'fenced by a hand-over',
    look({}, { came: 'kept down', how: 'fenced' }),
    { state: 'fenced', detail: 'a hand-over stopped it, and it is fenced from coming back as a second primary' },
    null,
    { says: 'its server is fenced on purpose', known: true, exited: false },
  ],
  [
    'a replica that streams',
    look({}, { came: 'answer', answer: replica }),
    { state: 'streaming', role: 'replica', position: { lsn: '0/5000060', timeline: 2 } },
    null,
    null,
  ],
  [
    'a replica whose replay stands still',
    look({}, { came: 'answer', answer: { ...replica, paused: true } }),
    { state: 'replay paused', role: 'replica' },
    null,
    null,
  ],
  [
    'a primary',
    look({}, { came: 'answer', answer: { ...replica, in_recovery: false, streams: false } }),
    { state: 'running', role: 'primary' },
    null,
    null,
  ],
];

describe.each(all)('of a server that is %s', (_, seen, live, fault, hang) => {
  test('one look tells state, fault and hang apart', () => {
    expect(liveNodeOf(seen)).toMatchObject({ name: 'postgres-3', role: null, ...live });
    expect(faultIn(seen)).toEqual(fault && { name: 'postgres-3', ...fault });
    if (hang) expect(hangOf(seen)).toMatchObject(hang);
    else expect(hangOf(seen)).toBeNull();
  });
});

test('an engine that does not answer says nothing of a node, neither that it is down nor that it hangs', () => {
  const error = new PgrowError('docker_unavailable', 'The engine does not answer.');
  const seen: NodeLook = { node, engine: { says: 'nothing', error }, server: unasked };
  expect(liveNodeOf(seen)).toMatchObject({ state: 'unknown', detail: 'The engine does not answer.' });
  expect(faultIn(seen)).toBeNull();
  expect(() => hangOf(seen)).toThrow(error);
});

test('a node is not missing where the engine does not say whether its data is there', () => {
  const seen: NodeLook = { node, engine: { says: 'gone', has_data: 'not said' }, server: unasked };
  expect(faultIn(seen)).toBeNull();
});

describe('of a node without a server', () => {
  const router = { name: 'haproxy-1', kind: 'haproxy', container: 'c-h', volume: null } as const;
  const of = (container: Partial<SeenContainer>): NodeLook => ({ ...look(container), node: router });

  test('its health check is what is known of it', () => {
    const sick = of({ health: 'unhealthy' });
    expect(liveNodeOf(sick)).toMatchObject({ state: 'unhealthy' });
    expect(faultIn(sick)).toEqual({ name: 'haproxy-1', state: 'unhealthy', has_data: null });
  });

  test('what a healthy router says of itself is shown', () => {
    expect(liveNodeOf(of({ health: 'healthy', healthSays: 'memory runs short' }))).toMatchObject({
      state: 'running',
      note: 'memory runs short',
    });
  });
});
