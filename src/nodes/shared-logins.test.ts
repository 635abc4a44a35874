import { expect, test } from 'vitest';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { Session } from './session.ts';
import { withSharedLogins } from './shared-logins.ts';

/** A switchover logged in to its primary some twenty times before it began: every look did so for itself. */

const node = (name: string) => ({ name, container: `shop-${name}` });

const sessionThat = (connect: (name: string) => void) => {
  const open = new Set<string>();
  const connection = (name: string): PostgresConnection => ({
    query: async () => [],
    end: async () => void open.delete(name),
  });
  const session = {
    connectSuperuser: async ({ name }: { name: string }) => {
      connect(name);
      open.add(name);
      return connection(name);
    },
    asSuperuserIn: async (_: unknown, database: string) => `a login of its own to ${database}`,
  } as unknown as Session;
  return { session, open };
};

test('each node is logged in to once, however many ask at a time, and closed at the end', async () => {
  const logins: string[] = [];
  const { session, open } = sessionThat((name) => void logins.push(name));
  await withSharedLogins(session, async (shared) => {
    const ask = (name: string) => shared.asSuperuser(node(name), (connection) => connection.query('SELECT 1'));
    await Promise.all([ask('postgres-1'), ask('postgres-2'), ask('postgres-1')]);
    await shared.asSuperuserIn(node('postgres-1'), 'postgres', (connection) => connection.query('SELECT 2'));
    expect(open).toEqual(new Set(['postgres-1', 'postgres-2']));
  });
  expect(logins).toEqual(['postgres-1', 'postgres-2']);
  await expect.poll(() => open.size).toBe(0);
});

test('an application’s database is not kept open: there may be hundreds', async () => {
  const { session } = sessionThat(() => undefined);
  const answer = await withSharedLogins(session, (shared) =>
    shared.asSuperuserIn(node('postgres-1'), 'shop', async () => 'shared'),
  );
  expect(answer).toBe('a login of its own to shop');
});

test('a node that accepts no login fails for every caller, and the others are closed all the same', async () => {
  const { session, open } = sessionThat((name) => {
    if (name === 'postgres-2') throw new Error('no connection in time');
  });
  const looks = await withSharedLogins(session, (shared) =>
    Promise.allSettled(
      ['postgres-1', 'postgres-2', 'postgres-2'].map((name) => shared.asSuperuser(node(name), async () => name)),
    ),
  );
  expect(looks.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect.poll(() => open.size).toBe(0);
});
