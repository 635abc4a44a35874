import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import type { CutOver } from '../domain/step-actions.ts';
import { PgrowError } from '../domain/errors.ts';
import { nodeNamed, nodesOf, type Node } from '../domain/topology.ts';
import type { Session } from '../nodes/session.ts';
import { demand, openHandOverConnections } from './hand-over-connections.ts';

/**
 * A hand-over connects to everything before clients wait. Where one thing was down, the connections to the others stayed
 * open, at each of up to sixty attempts.
 */

const record = sampleDatabase('shop');
const topology = haTopology(record);
const input: CutOver = {
  from: nodeNamed(topology, 'postgres-2'),
  to: nodeNamed(topology, 'postgres-3'),
  promotion: 'member',
  members: nodesOf(topology, 'postgres'),
  poolers: nodesOf(topology, 'pgbouncer'),
  routers: nodesOf(topology, 'haproxy'),
};

/** Connections among nodes of which `broken` fail, with what is open at the moment. */
const waysWith = (broken: string) => {
  const open = new Set<string>();
  const connect = (name: string) => {
    if (name === broken) throw new PgrowError('no_answer', `${name} does not run.`);
    open.add(name);
    return { end: async () => void open.delete(name), close: () => void open.delete(name) };
  };
  const session = {
    peer: async ({ name }: Node) => ({ name, address: name }),
    connectSuperuser: async ({ name }: Node) => connect(name),
    connectPooler: async ({ name }: Node) => connect(name),
    connectRouter: async ({ name }: Node) => {
      if (name === broken) throw new PgrowError('no_answer', `${name} does not run.`);
      return connect(name);
    },
  } as unknown as Session;
  const dependencies = {
    platform: {
      execInteractive: async () => ({ ...connect('armed'), readLine: async () => 'armed 1', write: () => undefined }),
    },
    components: {
      postgres: {
        readPosition: async () => {
          if (broken === 'position') throw new PgrowError('no_answer', 'A statement failed: no answer in time.');
          return { in_recovery: true, system_identifier: '7', lsn: '0/0', timeline: 1 };
        },
      },
    },
  } as unknown as Parameters<typeof openHandOverConnections>[0]['dependencies'];
  return { open, ways: openHandOverConnections({ dependencies, session, input }) };
};

test.each(['haproxy-2', 'pgbouncer-1', 'armed'])(
  'although %s is down, everything else that was connected is closed',
  async (broken) => {
    const { open, ways } = waysWith(broken);
    const opened = await ways;
    expect(open.size).toBe(5);
    expect(open).not.toContain(broken);
    const all = [opened.armed, ...opened.routerApis, ...opened.admins];
    expect(() => all.forEach(demand)).toThrow(`${broken} does not run`);
    opened.close();
    await expect.poll(() => [...open]).toEqual([]);
  },
);

test('a successor that is connected and then does not answer is closed', async () => {
  const { open, ways } = waysWith('position');
  await expect(ways).rejects.toMatchObject({ code: 'no_answer' });
  await expect.poll(() => [...open]).toEqual([]);
});
