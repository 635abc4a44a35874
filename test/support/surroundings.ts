import { expect } from 'vitest';
import { labelNames } from '../../src/domain/naming.ts';
import type { Resources } from '../../src/platform/platform.ts';
import { expectDatabase } from './expectations.ts';
import type { ManagedDatabase } from './stack.ts';

/** Everything of a database that an operation which was undone must leave as it was. */
export interface Surroundings {
  readonly stage: number;
  readonly primary: string;
  readonly resources: Resources;
  /** Per container, since when it runs: none may have been restarted. */
  readonly startedAt: Readonly<Record<string, string>>;
  /** Replication slots on the primary, `name active`. */
  readonly slots: readonly string[];
}

export const lookAround = async (database: ManagedDatabase): Promise<Surroundings> => {
  const { platform } = database.plane;
  const found = await platform.findByLabels({ [labelNames.databaseName]: database.name });
  const containers = found.containers.toSorted();
  const states = await Promise.all(containers.map((name) => platform.inspectContainer(name)));
  const primary = (await database.nodes('postgres')).find(({ role }) => role === 'primary')?.name ?? 'none';
  const slots = await database.queryNode(
    primary,
    "select slot_name || ' ' || active from pg_replication_slots order by 1",
  );
  return {
    stage: (await database.status()).stage,
    primary,
    resources: {
      containers,
      volumes: found.volumes.filter((name) => !name.includes('-mark-')).toSorted(),
      networks: found.networks.toSorted(),
    },
    startedAt: Object.fromEntries(containers.map((name, index) => [name, states[index]?.startedAt ?? 'absent'])),
    slots: slots.split('\n').filter(Boolean),
  };
};

interface Undone {
  /** Containers that the fault itself, or the hand-over, has stopped and started. */
  readonly restarted?: readonly string[];
}

/** Nothing left over, nothing missing, no one paused, everybody served. */
export const expectAsBefore = async (
  database: ManagedDatabase,
  before: Surroundings,
  { restarted = [] }: Undone = {},
): Promise<void> => {
  const after = await lookAround(database);
  const comparable = ({ startedAt, ...rest }: Surroundings) => ({
    ...rest,
    startedAt: Object.fromEntries(
      Object.entries(startedAt).filter(([name]) => !restarted.some((node) => name.endsWith(node))),
    ),
  });
  expect(comparable(after)).toEqual(comparable(before));
  await expectServed(database, before.primary);
};

/** One primary, no pooler paused, and every read-write endpoint takes writes. */
export const expectServed = async (database: ManagedDatabase, primary: string): Promise<void> => {
  await expectDatabase(database).toBeAtRest();
  await expectDatabase(database).toHavePrimary(primary);
  await expectNobodyPaused(database);
  const { host } = await database.connectionStrings();
  const writable = (['postgres', 'pooled', 'read_write'] as const).filter((name) => host[name] !== null);
  await expectDatabase(database).toTakeWritesThrough(...writable);
  await expectDatabase(database).toBeHealthy();
};

export const expectNobodyPaused = async (database: ManagedDatabase): Promise<void> => {
  for (const { name, container } of await database.nodes('pgbouncer')) {
    const { stdout } = await database.plane.platform.exec(container, [
      'psql',
      '-AtX',
      '-h',
      '/run/pgbouncer/rw',
      '-U',
      'pgbouncer',
      '-d',
      'pgbouncer',
      '-c',
      'SHOW STATE',
    ]);
    expect(`${name} ${stdout}`).toContain('paused|no');
  }
};
