import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { labelNames } from '../../src/domain/naming.ts';
import type { OperationDocument } from '../../src/domain/operation.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectSnakeCase, operationDocument, planDocument } from '../support/documents.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { retryUntil } from '../support/retry-until.ts';
import { manageDatabase, type ManagedDatabase } from '../support/stack.ts';
import { lookAround, type Surroundings } from '../support/surroundings.ts';
import { changeEverything, contentOf, fillWithEverything, type WholeContent } from '../support/whole-content.ts';

/** A snapshot that an expansion has taken becomes a database of its own: what was in it then, and nothing written since. */

const plane = useControlPlane();

let origin: ManagedDatabase;
let snapshot: string;
let asOfSnapshot: WholeContent;
let later: WholeContent;
let before: Surroundings;

beforeAll(async () => {
  origin = await plane.create('origin', '--postgres-major', '18');
  await keepData(origin);
  await fillWithEverything(origin);
  asOfSnapshot = await contentOf(origin);
  const { checkpoint } = await origin.expand('replicas', '--with-pooling');
  snapshot = checkpoint!.snapshot_id!;
  await changeEverything(origin);
  later = await contentOf(origin);
  before = await lookAround(origin);
}, 600_000);

const restore = (name: string, ...args: string[]) =>
  plane.run('restore', origin.name, '--snapshot', snapshot, '--as', name, ...args);

const snapshotDocument = z.strictObject({
  id: z.string(),
  service_id: z.uuid(),
  operation_id: z.uuid(),
  volume: z.string(),
  bytes: z.number().positive(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  verified_at: z.iso.datetime(),
  damage: z.string().nullable(),
});
const verificationDocument = z.strictObject({
  snapshot: snapshotDocument,
  verification: z.strictObject({
    status: z.enum(['whole', 'damaged']),
    found: z.array(z.string()),
    duration_ms: z.number(),
  }),
});

test('the snapshot is listed, with its size, and is whole when it is read through', async () => {
  const { snapshots } = await plane.json<{ snapshots: Snapshot[] }>('snapshots', origin.name);
  expect(z.array(snapshotDocument).parse(snapshots)).toMatchObject([{ id: snapshot, damage: null, expires_at: null }]);
  const verified = await plane.json('snapshots', origin.name, '--verify', snapshot);
  expectSnakeCase(verified);
  expect(verificationDocument.parse(verified)).toMatchObject({ verification: { status: 'whole', found: [] } });
  expect(
    await plane.platform.findByLabels({ [labelNames.kind]: 'verification', [labelNames.home]: plane.homeId() }),
  ).toEqual({ containers: [], volumes: [], networks: [] });
});

describe('what does not fit is refused before anything is touched', () => {
  test('all at once', async () => {
    const flags = ['--snapshot', 'snap-nobody-took', '--as', 'No-Name', '--port', '1', '--json'];
    const { exitCode, stdout, stderr } = await plane.run('restore', origin.name, ...flags);
    expect(exitCode).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { code: string; problems: { path: string }[] } };
    expect(error.code).toBe('invalid_input');
    expect(error.problems.map(({ path }) => path).toSorted()).toEqual(['name', 'port', 'snapshot']);
    expect(stderr).toContain(`(allowed: ${snapshot})`);
  });

  test('a name that is taken, and flags that are missing', async () => {
    expect(await restore(origin.name)).toMatchObject({ exitCode: 3, stdout: '' });
    expect(await plane.run('restore', origin.name, '--as', 'other')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await plane.run('restore', 'nobody-knows-it', '--snapshot', snapshot, '--as', 'x')).toMatchObject({
      exitCode: 2,
    });
    expect(await plane.run('snapshots', origin.name, '--verify', 'snap-nobody-took')).toMatchObject({ exitCode: 2 });
    expect(await plane.json('list')).toMatchObject({ databases: [{ name: origin.name }] });
  });

  test('a name that a role in the snapshot has cannot be known before: the operation puts everything back', async () => {
    const { exitCode, stdout } = await restore('reporting', '--json');
    expect(exitCode).toBe(1);
    expect(operationDocument.parse(JSON.parse(stdout)).operation).toMatchObject({
      status: 'rolled_back',
      error: { message: expect.stringMatching(/role "reporting" already exists.*under another name/) },
    });
    await expectDatabase(manageDatabase(plane, 'reporting')).toBeGone();
  });
});

describe('the new database', () => {
  let copy: ManagedDatabase;

  test('is planned, then made', async () => {
    copy = manageDatabase(plane, `copy-${origin.name.slice(-4)}`);
    const plan = JSON.parse((await restore(copy.name, '--dry-run', '--json')).stdout) as unknown;
    const { operation: planned } = planDocument.parse(plan);
    expect(planned).toMatchObject({ type: 'restore', database: copy.name, from_stage: null, to_stage: 0 });
    expect(await plane.json('list')).toMatchObject({ databases: [{ name: origin.name }] });

    const { exitCode, stdout } = await restore(copy.name, '--json');
    expect(exitCode).toBe(0);
    const { operation } = operationDocument.parse(JSON.parse(stdout));
    expect(operation).toMatchObject({ type: 'restore', status: 'done', database: copy.name, error: null });
    expect(operation.steps.map(({ name }) => name)).toEqual(planned.steps.map(({ name }) => name));
  });

  test('holds exactly what the snapshot holds, and nothing written since', async () => {
    expect(await contentOf(copy)).toEqual(asOfSnapshot);
    expect(asOfSnapshot).not.toEqual(later);
  });

  test('has passwords of its own: those of the source open nothing', async () => {
    const { user, database } = await copy.endpoint();
    expect(await copy.query('select current_user as role, current_database() as database')).toEqual([
      { role: user, database },
    ]);
    const { password } = await origin.endpoint();
    const stranger = new pg.Client({ ...(await copy.endpoint()), password });
    await expect(stranger.connect()).rejects.toThrow(/password authentication failed/);
    const ofReports = { user: 'reporting', password: 'that of the reports' };
    const reports = new pg.Client({ ...(await copy.endpoint()), ...ofReports });
    await reports.connect();
    const { rows } = await reports.query('select count(*)::int from stock.items');
    expect(rows).toEqual([{ count: 500 }]);
    await reports.end();
  });

  test('subscribes to nothing that its source is subscribed to', async () => {
    const enabled = 'select subname, subenabled from pg_subscription';
    expect(await origin.queryNode('postgres-1', enabled)).toBe('elsewhere|t');
    expect(await copy.queryNode('postgres-1', enabled)).toBe('elsewhere|f');
  });

  test('takes writes, and grows like any other', async () => {
    await expectDatabase(copy).toBeAtStage(0);
    await expectDatabase(copy).toBeHealthy();
    await expectDatabase(copy).toTakeWritesThrough('postgres');
    await copy.expand('replicas', '--with-pooling');
    await expectDatabase(copy).toBeHealthy();
    await expectDatabase(copy).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    expect(await copy.query('select pg_is_in_recovery() as replica', 'read_only')).toEqual([{ replica: true }]);
  });

  test('has left its source as it was', async () => {
    expect(await contentOf(origin)).toEqual(later);
    expect(await lookAround(origin)).toEqual(before);
    await expectDatabase(origin).toBeHealthy();
    expect(await plane.json('doctor')).toEqual({ findings: [] });
  });

  test('can be asked for twice by the same key, and be followed later', async () => {
    const name = `again-${origin.name.slice(-4)}`;
    const detached = ['--detach', '--idempotency-key', name];
    const [first, second] = [await restore(name, ...detached), await restore(name, ...detached)];
    expect(second).toMatchObject({ exitCode: 0, stdout: first.stdout });
    const again = manageDatabase(plane, name);
    const operation: OperationDocument = await again.endOf({ id: first.stdout.trim() });
    expect(operation).toMatchObject({ type: 'restore', status: 'done' });
    expect(await contentOf(again)).toEqual(asOfSnapshot);
    await again.destroy();
    await expectDatabase(again).toBeGone();
  });
});

test('a snapshot that has been damaged is found out, and not restored', async () => {
  await damage(origin, snapshot);
  const { exitCode, stdout } = await plane.run('snapshots', origin.name, '--verify', snapshot, '--json');
  expect(exitCode).toBe(1);
  const { verification } = verificationDocument.parse(JSON.parse(stdout));
  expect(verification).toMatchObject({ status: 'damaged', found: [expect.stringContaining('checksum mismatch')] });

  const refused = await restore('never');
  expect(refused).toMatchObject({ exitCode: 3, stdout: '' });
  expect(refused.stderr).toContain('it is damaged: checksum mismatch');
  await expectDatabase(manageDatabase(plane, 'never')).toBeGone();
});

test('source and copy go without leaving anything, snapshots included', async () => {
  const { databases } = await plane.json<{ databases: { name: string }[] }>('list');
  expect(databases).toHaveLength(2);
  for (const { name } of databases) {
    await manageDatabase(plane, name).destroy();
    await expectDatabase(manageDatabase(plane, name)).toBeGone();
  }
});

/** Changes one byte of a file that no other check would notice. */
const damage = async (database: ManagedDatabase, id: string): Promise<void> => {
  const { snapshots } = await database.read<{ snapshots: Snapshot[] }>('snapshots');
  const { volume } = snapshots.find((each) => each.id === id)!;
  const images = JSON.parse(readFileSync(join(plane.home, 'images.json'), 'utf8')) as { postgres: string };
  const [network] = (await plane.platform.findByLabels({ [labelNames.databaseName]: database.name })).networks;
  const name = `${volume}-damage`;
  await plane.platform.ensureContainer({
    name,
    image: images.postgres,
    hostname: 'damage',
    command: ['bash', '-c', `printf X | dd of=/snapshot/pgdata/PG_VERSION bs=1 count=1 conv=notrunc`],
    network: network!,
    aliases: [],
    mounts: [{ volume, path: '/snapshot' }],
    ports: [],
    labels: { [labelNames.home]: plane.homeId() },
    environment: {},
    restart: 'no',
    memoryBytes: 128 * 1024 * 1024,
    cpus: 1,
    confinement: null,
  });
  await plane.platform.startContainer(name);
  await retryUntil('the damage done', async () =>
    expect(await plane.platform.inspectContainer(name)).toMatchObject({ running: false, exitCode: 0 }),
  );
  await plane.platform.removeContainer(name);
};
