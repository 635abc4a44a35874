import { describe, expect, test } from 'vitest';
import { checkedAt, compareChecks, countServers, faultOf, type SeenServer } from './router-view.ts';

const expected = { primary: 'postgres-1', replicas: ['postgres-2', 'postgres-3'] };
const passed = 'L7OK 200 Layer7 check passed';

/** As a router sees its servers when all is well, but for what `wrong` says of them. */
const seen = (wrong: Readonly<Record<string, SeenServer['status']>> = {}): readonly SeenServer[] =>
  ['primary', 'replicas'].flatMap((backend) =>
    ['postgres-1', 'postgres-2', 'postgres-3', 'postgres-4'].map((server): SeenServer => {
      const isUp = (server === 'postgres-1') === (backend === 'primary') && server !== 'postgres-4';
      const status = wrong[`${backend}/${server}`] ?? (isUp ? 'up' : 'down');
      return { backend, server, status, check: passed, address: `${server}.somewhere:5432` };
    }),
  );

const misjudged = (wrong: Readonly<Record<string, SeenServer['status']>>) => {
  const fault = faultOf(seen(wrong), expected);
  return fault && [fault.says, fault.misjudged.map(({ backend, server }) => `${backend}/${server}`)];
};

test('servers are counted by port, against how many there should be', () => {
  expect(countServers(seen({ 'replicas/postgres-3': 'down' }), 2)).toEqual({
    read_write: { up: 1, total: 1 },
    read_only: { up: 1, total: 2 },
  });
});

describe('what a router sees', () => {
  test('is as it should be when writes reach the primary and reads all replicas', () => {
    expect(faultOf(seen(), expected)).toBeNull();
    // A node that is neither may be up or down, as a standby leader that is not read from yet.
    expect(faultOf(seen({ 'replicas/postgres-4': 'up' }), expected)).toBeNull();
  });

  test.each([
    ['primary/postgres-1', 'down', 'writes reach no server instead of postgres-1'],
    ['primary/postgres-2', 'up', 'writes reach postgres-1, postgres-2 instead of postgres-1'],
    ['replicas/postgres-1', 'up', 'reads reach the primary postgres-1'],
    ['replicas/postgres-3', 'down', 'reads do not reach postgres-3'],
  ] as const)('with %s %s is wrong about that server', (server, status, says) => {
    expect(misjudged({ [server]: status })).toEqual([says, [server]]);
  });

  test('is wrong about every server that should be up and is not', () => {
    expect(misjudged({ 'replicas/postgres-2': 'down', 'replicas/postgres-3': 'down' })).toEqual([
      'reads do not reach postgres-2, postgres-3',
      ['replicas/postgres-2', 'replicas/postgres-3'],
    ]);
  });

  test.each(['maint', 'drain'] as const)(
    'leaves a server that somebody put in %s alone: no check decides on it',
    (status) => {
      expect(misjudged({ 'replicas/postgres-2': status })).toEqual([
        'reads do not reach postgres-2, which was taken out by hand',
        [],
      ]);
    },
  );
});

test('both sides of a check are described with node, port and path', () => {
  const { misjudged: wrong } = faultOf(seen({ 'replicas/postgres-2': 'down' }), expected)!;
  expect(checkedAt(wrong[0]!)).toBe('postgres-2:8008/replica');
  expect(compareChecks('haproxy-1', wrong[0]!, 'is answered 200')).toBe(
    `the check of postgres-2:8008/replica by haproxy-1 says "${passed}" (it looks at postgres-2.somewhere:5432), ` +
      'the same from the worker is answered 200',
  );
});
