import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { WorkersDocument } from '../../src/domain/workers.ts';
import { openCheckout } from '../support/checkout.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { demoDocument } from '../support/documents.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { untilStepSays } from '../support/faults.ts';
import { retryUntil } from '../support/retry-until.ts';
import { manageDatabase, type ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/** Two control planes on one Docker engine, and one that is stopped, started and updated while it works. */

const here = useControlPlane();
const there = useControlPlane({ spent: true });

/** At stage 3 with an open window, once it has been grown. */
let grown: ManagedDatabase | null = null;

describe('the demo', () => {
  test('grows its database to the last stage, and a second run touches nothing', async () => {
    const first = demoDocument.parse(await there.json('demo'));
    expect(first).toMatchObject({ database: 'demo', stage: 3, transactions: { failed: 0, lost: 0 } });
    expect(first.operations.map(({ type, from_stage, to_stage }) => [type, from_stage, to_stage])).toEqual([
      ['expand', 0, 1],
      ['expand', 1, 2],
      ['expand', 2, 3],
    ]);
    expect(first.operations.map(({ transactions_failed }) => transactions_failed)).toEqual([0, 0, 0]);
    const demo = manageDatabase(there, 'demo');
    const containers = (await demo.nodes()).map(({ container }) => container);

    const second = demoDocument.parse(await there.json('demo'));
    expect(second).toMatchObject({ stage: 3, operations: [], transactions: { failed: 0, lost: 0 } });
    expect(second.endpoints).toEqual(first.endpoints);
    expect((await demo.nodes()).map(({ container }) => container)).toEqual(containers);
    await expectDatabase(demo).toBeHealthy();
  });
});

describe('two control planes in parallel', () => {
  test('do not see each other, not even under the same name', async () => {
    const mine = await here.create('shop');
    const foreign = await there.run('status', mine.name);
    expect(foreign).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await there.json('list')).toMatchObject({ databases: [{ name: 'demo' }] });
    expect(await there.run('destroy', mine.name, '--confirm', mine.name)).toMatchObject({ exitCode: 2 });
    expect(await here.json('list')).toMatchObject({ databases: [{ name: mine.name }] });

    const ours = await here.resources();
    const theirs = await there.resources();
    for (const kind of ['containers', 'volumes', 'networks'] as const) {
      expect(ours[kind].filter((name) => theirs[kind].includes(name))).toEqual([]);
    }

    // A second "demo" on the engine comes and goes beside the first.
    await here.json('create', 'demo');
    const twin = manageDatabase(here, 'demo');
    await expectDatabase(twin).toBeAtStage(0);
    await twin.destroy();
    await expectDatabase(manageDatabase(there, 'demo')).toBeAtStage(3);
    await expectDatabase(manageDatabase(there, 'demo')).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await manageDatabase(there, 'demo').destroy();
    await expectDatabase(mine).toTakeWritesThrough('postgres');
    await mine.destroy();
  });
});

describe('a control plane stopped in the middle of an expansion', () => {
  test('continues it once it is up again, while clients write on', async () => {
    const shop = await here.create('pause');
    await keepData(shop);
    await shop.expand('pooling');
    await withWorkload(shop, {}, async (workload) => {
      const started = await shop.startExpand('ha');
      await shop.untilOperation('the leader-to-be under construction', ({ steps }) =>
        steps.some(({ phase, status }) => phase === 'convert' && status === 'running'),
      );
      // As from a new clone beside the old one: it used to say "Stopped" and leave worker, API and monitor running.
      expect(await here.runFrom(openCheckout(), 'down')).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^Stopped monitor, api, worker, temporal, metadata\./),
      });
      const silent = await here.run('status', shop.name);
      expect(silent).toMatchObject({ exitCode: 1, stdout: '' });
      expect(silent.stderr).toContain('./pgrow up');
      await workload.nextAcknowledgement();

      await here.up();
      const operation = await shop.endOf(started);
      expect(operation).toMatchObject({ status: 'done', from_stage: 1, to_stage: 3, error: null });
    });
    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toBeAtRest();
    await expectDatabase(shop).toHavePrimary('postgres-2');
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await expectDatabase(shop).toHoldItsData();
    grown = shop;
  });
});

// Its home and its metadata are gone, its databases serve on: all that is left of it is a file.
describe('a control plane that is made again from a backup', () => {
  const backups = mkdtempSync(join(tmpdir(), 'pgrow-backups-'));
  const [older, newest] = ['older', 'newest'].map((name) => join(backups, name)) as [string, string];
  afterAll(() => rmSync(backups, { recursive: true }));

  const lose = async () => {
    const name = `pgrow-${here.homeId()}-metadata`;
    await here.down();
    rmSync(here.home, { recursive: true });
    await here.platform.removeContainer(name);
    // Metadata that are there may be newer than any backup.
    expect(await here.run('restore-control-plane', newest, '--check')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`There is a volume ${name} on the Docker engine`),
    });
    await here.platform.removeVolume(name);
    await here.platform.removeNetwork(name);
  };
  const restore = async (backup: string) => {
    expect(await here.json('restore-control-plane', backup)).toMatchObject({ restored: 'now', unknown: [] });
    await here.up();
  };
  /** What keeps it from being acted on, once the monitor has compared it; null once nothing does. */
  const compared = (shop: ManagedDatabase) =>
    vi.waitFor(
      async () => {
        const { held } = await shop.status();
        expect(held === null || held.compared_at !== null).toBe(true);
        return held;
      },
      { timeout: 60_000, interval: 500 },
    );

  test('goes on as before; from a backup that is older than the last operation nothing is done', async () => {
    const shop = grown!;
    expect(await here.json('backup-control-plane', older)).toMatchObject({ databases: [{ name: shop.name }] });
    expect(statSync(older).mode & 0o777).toBe(0o600);
    const moved = await shop.change('switchover');
    expect(await here.json('backup-control-plane', newest)).toMatchObject({
      databases: [{ last_operation: { id: moved.id, status: 'done' } }],
    });
    expect(await here.run('backup-control-plane', newest)).toMatchObject({ exitCode: 3 });
    expect(await here.run('restore-control-plane', newest)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/The control plane of .* runs \(process \d+\)\. Nothing was touched/),
    });

    await lose();
    writeFileSync(join(backups, 'truncated'), readFileSync(newest).subarray(0, -20));
    expect(await here.run('restore-control-plane', join(backups, 'truncated'))).toMatchObject({ exitCode: 2 });
    expect(await here.json('restore-control-plane', newest, '--check')).toMatchObject({ home_id: expect.any(String) });
    expect(existsSync(here.home)).toBe(false);
    await restore(newest);
    expect(await compared(shop)).toBeNull();
    await expectDatabase(shop).toBeHealthy();
    expect(await shop.change('switchover')).toMatchObject({ status: 'done', error: null });
    await expectDatabase(shop).toHoldItsData();

    await lose();
    await restore(older);
    // The switchover has closed the window of the expansion.
    const differences = (await compared(shop))?.differences.map(({ of }) => of);
    expect(differences).toEqual(['operation', 'nodes']);
    expect(await here.run('switchover', shop.name)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`./pgrow release ${shop.name}`),
    });
    expect(await here.run('doctor')).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('held database') });
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    expect(await here.json('release', shop.name, '--yes')).toMatchObject({ released: true });
    await shop.destroy();
  });
});

describe('an update', () => {
  const workers = () => there.json<WorkersDocument>('workers');
  const statusOf = ({ versions }: WorkersDocument, wanted: string | null) =>
    versions.find(({ version }) => version === wanted)?.status;
  const leaderOf = async (database: ManagedDatabase) =>
    (await database.nodes('postgres')).find(({ role }) => role === 'primary')?.name;
  const ofMetadata = async (sql: string): Promise<string> => {
    const command = ['psql', '-AtX', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', 'pgrow', '-c', sql];
    const { stdout } = await there.platform.exec(`pgrow-${there.homeId()}-metadata`, command);
    return stdout.trim();
  };

  test('lets what runs end under its version, moves the window along, and cannot be taken back past a migration that breaks it', async () => {
    const { current: old } = await workers();
    const before = Number(readFileSync(join(there.home, 'run', 'worker.pid'), 'utf8'));
    const [shop, watched] = await Promise.all([there.create('pinned'), there.create('window')]);
    await Promise.all([shop.expand('replicas', '--with-pooling'), watched.expand('pooling')]);
    const switchover = await there.request<{ operation_id: string }>(
      'POST',
      `/v1/projects/default/services/${shop.name}/postgres/switchover`,
      { cutover: 'on_signal' },
    );
    expect(switchover).toMatchObject({ status: 202 });
    const waiting = { id: switchover.document.operation_id };
    await untilStepSays(shop, waiting, 'hand over', /ready to cut over/);

    const checkout = openCheckout();
    checkout.addMigration(
      '9001_note.sql',
      'ALTER TABLE services ADD COLUMN note TEXT;\nALTER TABLE operations ADD COLUMN note TEXT;\n',
    );
    const update = await there.runFrom(checkout, 'up');
    expect(update).toMatchObject({ exitCode: 0 });
    expect(update.stderr).toContain(
      `The worker of version ${old} keeps running for switchover of ${shop.name}, which started under it`,
    );
    const both = await workers();
    expect(both.current).not.toBe(old);
    expect(both.versions.filter(({ workers: polling }) => polling.length > 0)).toMatchObject([
      { version: both.current, status: 'current', operations: [] },
      { version: old, status: 'finishing', operations: [{ database: shop.name, workflow: 'switchover' }] },
    ]);
    expect(await ofMetadata('SELECT count(*) FROM operations WHERE note IS NOT NULL')).toBe('0');

    const leader = await leaderOf(shop);
    await withWorkload(shop, {}, async () => {
      await there.json('cutover', shop.name);
    });
    expect(await shop.operation(waiting.id)).toMatchObject({ status: 'done', error: null });
    expect(await leaderOf(shop)).not.toBe(leader);
    await retryUntil('the old worker gone', async () => expect(() => process.kill(before, 0)).toThrow(), 120_000);
    expect(statusOf(await workers(), old)).toBe('drained');

    // Only the new version is there to close it.
    await there.json('confirm', watched.name);
    expect(await watched.status()).toMatchObject({ checkpoint: null });

    // As a version after that one records a migration with this line: `-- Older versions cannot work with this.`
    await ofMetadata(
      `INSERT INTO pgrow_migrations (name, checksum, applied_by, breaks_older)
       VALUES ('9002_break.sql', repeat('0', 64), '9.9.9 (newest)', TRUE)`,
    );
    const back = await there.run('up');
    expect(back).toMatchObject({ exitCode: 4, stdout: '' });
    expect(back.stderr).toMatch(
      new RegExp(`9002_break.sql, which older versions cannot work with. .*9.9.9 \\(newest\\); this is pgrow .*${old}`),
    );
    // It used to stop API and monitor of the newer version first, and leave them stopped.
    expect(await workers()).toMatchObject({ current: both.current, notices: [] });
    expect(await there.run('doctor')).toMatchObject({ exitCode: 0 });
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
  });
});
