import { expect, test } from 'vitest';
import { liveOf } from '../../test/support/live-state.ts';
import { sampleDatabase } from '../../test/support/sample-database.ts';
import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import type { LiveState } from '../domain/live-state.ts';
import { staleAfterMs, type Observed } from '../domain/observed.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { readHealths, readSeen } from './seen.ts';

const seen_at = '2026-01-01T10:00:00.000Z';
const record = ({ id }: Database, change: Partial<Observed> = {}): Observed => ({
  service_id: id,
  seen_at,
  age_ms: 1000,
  doubted: false,
  live: liveOf('healthy'),
  ...change,
});

/** A control plane with these records; the nodes are `degraded` at every look, which is counted. */
const control = (records: readonly Observed[], look: () => Promise<LiveState> = async () => liveOf('degraded')) => {
  const looked: string[] = [];
  const dependencies = {
    store: {
      readObserved: async (id: string) => records.find(({ service_id }) => service_id === id) ?? null,
      listObserved: async () => records.map(({ live: { health }, ...seen }) => ({ ...seen, health })),
    },
    readLive: async ({ name }: Database) => {
      looked.push(name);
      return look();
    },
    log: { warn: () => undefined },
  } as unknown as Parameters<typeof readHealths>[0];
  return { dependencies, looked };
};

const noAnswer = async () => {
  throw new PgrowError('worker_unavailable', 'No process of this control plane can look at the nodes.');
};

const shop = sampleDatabase('shop');
const blog = sampleDatabase('blog');
const listed = async (
  records: readonly Observed[],
  {
    databases = [shop],
    running = [] as OperationDocument[],
    look = undefined as (() => Promise<LiveState>) | undefined,
  },
) => {
  const { dependencies, looked } = control(records, look);
  const healths = await readHealths(dependencies, databases, running, {});
  return { looked, of: (database: Database) => healths.get(database.id) };
};

// A list of 500 databases logged in to every server, three times each.
test('a list looks at nothing that the monitor has looked at', async () => {
  const { looked, of } = await listed([record(shop), record(blog)], { databases: [shop, blog] });
  expect(looked).toEqual([]);
  expect(of(shop)).toEqual({ health: 'healthy', seen_at, age_ms: 1000, notice: null });
});

test('it looks at one of which something has happened since, that is new, or that an operation is working on', async () => {
  const busy = sampleDatabase('busy');
  const { looked, of } = await listed([record(shop, { doubted: true }), record(busy)], {
    databases: [shop, blog, busy],
    running: [{ service_id: busy.id } as OperationDocument],
  });
  expect(looked).toEqual(['shop', 'blog', 'busy']);
  expect(of(shop)).toMatchObject({ health: 'degraded', age_ms: 0 });
});

test('it looks at a few only, whatever has happened: the others are as they are on record', async () => {
  const many = Array.from({ length: 20 }, (_, index) => sampleDatabase(`db-${index}`));
  const { looked, of } = await listed(
    many.map((database) => record(database, { doubted: true })),
    { databases: many },
  );
  expect(looked).toHaveLength(8);
  expect(of(many[19]!)).toMatchObject({ health: 'healthy', age_ms: 1000 });
});

// A stopped monitor must be shown neither as healthy nor as down.
test.each(['healthy', 'down'] as const)(
  'one that was %s long ago is unknown in a list, with the reason',
  async (health) => {
    const stale = record(shop, { age_ms: staleAfterMs + 1, live: liveOf(health) });
    const { looked, of } = await listed([stale], {});
    expect(looked).toEqual([]);
    expect(of(shop)).toMatchObject({
      health: 'unknown',
      seen_at,
      notice: `The monitor has not looked since ${seen_at}. Start what is not running: ./pgrow up`,
    });
  },
);

test('where no process can look, a list shows what is on record, and nothing of a database that was never seen', async () => {
  const { of } = await listed([record(shop, { doubted: true })], { databases: [shop, blog], look: noAnswer });
  expect(of(shop)).toMatchObject({ health: 'healthy', age_ms: 1000 });
  expect(of(blog)).toMatchObject({
    health: 'unknown',
    seen_at: null,
    notice: expect.stringContaining('not looked at it yet'),
  });
});

test('one database: as it is on record while that stands, else as a look now shows it', async () => {
  const current = control([record(shop)]);
  expect((await readSeen(current.dependencies, shop, { isFresh: false })).live.health).toBe('healthy');
  expect(current.looked).toEqual([]);
  expect((await readSeen(current.dependencies, shop, { isFresh: true })).live.health).toBe('degraded');
  const outdated = control([record(shop, { doubted: true })]);
  expect(await readSeen(outdated.dependencies, shop, { isFresh: false })).toMatchObject({ age_ms: 0 });
});

test('where no process can look, one database is as it was last seen, and says so', async () => {
  const { dependencies } = control([record(shop, { doubted: true })], noAnswer);
  const seen = await readSeen(dependencies, shop, { isFresh: true });
  expect(seen).toMatchObject({ age_ms: 1000, live: { health: 'healthy' } });
  expect(seen.live.notices[0]).toBe(`As seen at ${seen_at}: No process of this control plane can look at the nodes.`);
});

test('where nothing has been seen for long, one database is unknown', async () => {
  const { dependencies } = control([record(shop, { age_ms: staleAfterMs + 1 })], noAnswer);
  expect((await readSeen(dependencies, shop, { isFresh: true })).live.health).toBe('unknown');
  const never = control([], noAnswer);
  expect(await readSeen(never.dependencies, shop, { isFresh: false })).toMatchObject({ seen_at: null, age_ms: null });
});

test('a look that fails is an error, not an old look', async () => {
  const { dependencies } = control([record(shop)], async () => {
    throw new PgrowError('docker_unavailable', 'Docker does not answer.');
  });
  await expect(readSeen(dependencies, shop, { isFresh: true })).rejects.toMatchObject({ code: 'docker_unavailable' });
});
