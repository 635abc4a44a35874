import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openControlPlane, useControlPlane } from '../support/control-plane.ts';
import { readWalk } from '../support/documentation.ts';
import {
  addressesDocument,
  controlPlaneDocument,
  expectSnakeCase,
  operationDocument,
  planDocument,
  statusDocument,
} from '../support/documents.ts';
import { expectDatabase } from '../support/expectations.ts';
import { manageDatabase, type ManagedDatabase } from '../support/stack.ts';

/** What scripts rely on: exit codes and the documents of `--json`. They are shown by the README's own commands. */

const walk = readWalk();

const plane = useControlPlane();

/** Exactly one document, of this shape; the name of a variable in code is not snake_case, so none may have got into it. */
const readJson = async <T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> => {
  const document = await plane.json<unknown>(...args);
  expectSnakeCase(document);
  return schema.parse(document);
};

describe('the documents of --json', () => {
  let shop: ManagedDatabase;

  beforeAll(async () => {
    await plane.json(...walk.create);
    shop = manageDatabase(plane, walk.create[1]!);
  });

  test('up, again and again, gives the same addresses', async () => {
    const addresses = await readJson(z.strictObject(addressesDocument.shape), ...walk.up);
    expect(await readJson(addressesDocument, 'up')).toEqual(addresses);
    expect(await readJson(controlPlaneDocument, 'status')).toMatchObject({
      ...addresses,
      databases: [{ name: shop.name, stage: 0, health: 'healthy', operation: null }],
    });
  });

  test('web, a link on which the console is', async () => {
    const { link } = await readJson(z.object({ link: z.url() }), 'web', shop.name, '--role', 'viewer');
    expect(link).toMatch(
      new RegExp(`^http://127\\.0\\.0\\.1:\\d+/signin#ticket=[\\w-]{43}&to=/p/default/${shop.name}$`),
    );
    const page = await fetch(link, { headers: { accept: 'text/html' } });
    const [script = ''] = /\/assets\/[\w.-]+\.js/.exec(await page.text()) ?? [];
    expect((await fetch(new URL(script, link))).headers.get('content-type')).toContain('text/javascript');
  });

  test('plan shows what expand would do, and touches nothing', async () => {
    // All else is looked at by the monitor, at its own time.
    const nodes = async () =>
      (await shop.nodes()).map(({ name, container, state, facts }) => ({
        name,
        container,
        state,
        since: facts?.since,
      }));
    const before = await nodes();
    const { operation } = await readJson(planDocument, ...walk.plan);
    expect(operation).toMatchObject({ type: 'expand', database: shop.name, from_stage: 0, to_stage: 3 });
    expect(operation.steps.length).toBeGreaterThan(10);
    expect(new Set(operation.steps.map(({ status }) => status))).toEqual(new Set(['pending']));
    const dryRun = await plane.json('expand', shop.name, '--to', 'ha', '--with-pooling', '--dry-run');
    expect(planDocument.parse(dryRun).operation.steps).toEqual(operation.steps);
    expect(await nodes()).toEqual(before);
  });

  // The application changed its password, and every operation waited for a login that could not succeed.
  test('a password that the application changes by itself keeps no operation back', async () => {
    await shop.query(`alter role current_user password 'of its own'`);
    expect(await plane.run('url', shop.name)).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`./pgrow password ${shop.name}`),
    });
  });

  test('expand gives the operation that was planned', async () => {
    const { operation: planned } = await readJson(planDocument, 'plan', shop.name, '--to', 'pooling');
    const { operation } = await readJson(operationDocument, ...walk.expand);
    expect(operation).toMatchObject({ type: 'expand', status: 'done', from_stage: 0, to_stage: 1, error: null });
    expect(operation.steps.map(({ name }) => name)).toEqual(planned.steps.map(({ name }) => name));
    expect(new Set(operation.steps.map(({ status }) => status))).toEqual(new Set(['done']));
    expect(operation.checkpoint).not.toBeNull();
  });

  test('password takes the one that the server takes, and no other', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'pgrow-password-'));
    const record = async (password: string) => {
      writeFileSync(join(directory, 'password'), `${password}\n`, { mode: 0o600 });
      return plane.run('password', shop.name, '--file', join(directory, 'password'));
    };
    try {
      expect(await record('of another')).toMatchObject({ exitCode: 3, stdout: '' });
      expect(await record('of its own')).toMatchObject({ exitCode: 0 });
    } finally {
      rmSync(directory, { recursive: true });
    }
    expect(await plane.run('url', shop.name)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await shop.query('select 1 as one', 'pooled')).toEqual([{ one: 1 }]);
  });

  test('status NAME gives topology, nodes and the open checkpoint', async () => {
    const status = await readJson(statusDocument, 'status', shop.name);
    expect(status).toMatchObject({ name: shop.name, stage: 1, health: 'healthy', operation: null });
    expect(status.checkpoint).toMatchObject({ stage: 1 });
    expect(status.nodes.map(({ name }) => name).toSorted()).toEqual(['front', 'pgbouncer-1', 'postgres-1']);
    const containers = await plane.platform.findByLabels({
      'pgrow.home': plane.homeId(),
      'pgrow.database-name': shop.name,
    });
    expect(status.nodes.map(({ container }) => container).toSorted()).toEqual(containers.containers.toSorted());
  });

  test('url, list, events, cost and operations', async () => {
    const { url } = await readJson(z.strictObject({ url: z.url() }), 'url', shop.name, '--pooled');
    expect(await plane.run('url', shop.name, '--pooled')).toMatchObject({ exitCode: 0, stdout: `${url}\n` });
    expect(await plane.run(...walk.url)).toMatchObject({ exitCode: 0, stdout: `${url}\n` });
    const name = z.object({ name: z.string() });
    expect(await readJson(z.object({ databases: z.array(name) }), 'list')).toEqual({
      databases: [{ name: shop.name }],
    });
    const event = z.object({
      event_type: z.string(),
      from_stage: z.number().nullable(),
      to_stage: z.number().nullable(),
      metadata: z.record(z.string(), z.unknown()),
      created_at: z.iso.datetime(),
    });
    const { events } = await readJson(z.strictObject({ events: z.array(event) }), 'events', shop.name);
    expect(events).toContainEqual(expect.objectContaining({ event_type: 'stage_upgrade', from_stage: 0, to_stage: 1 }));
    expect(await readJson(z.object({ monthly_usd: z.number() }), 'cost', shop.name)).toEqual({ monthly_usd: 18 });
    const operations = z.strictObject({ operations: z.array(operationDocument.shape.operation) });
    expect((await readJson(operations, 'operations', shop.name)).operations.map(({ type }) => type)).toEqual([
      'expand',
      'create',
    ]);
  });

  test('confirm closes the checkpoint, and a second confirm has nothing to close', async () => {
    await readJson(operationDocument, 'confirm', shop.name);
    await expectDatabase(shop).toHaveNoOpenCheckpoint();
    expect(await plane.run('confirm', shop.name)).toMatchObject({ exitCode: 3 });
  });
});

describe('exit codes', () => {
  let shop: ManagedDatabase;

  beforeAll(async () => {
    shop = await plane.create('codes');
  });

  test('2 for wrong usage, and nothing is touched', async () => {
    for (const args of [
      ['climb', shop.name],
      ['expand', shop.name],
      ['expand', shop.name, '--to', 'heaven'],
      ['status', 'nobody-knows-it'],
      ['create', 'Not-A-Name'],
      ['destroy', shop.name],
      ['destroy', shop.name, '--confirm', 'another'],
      ['url', shop.name, '--pooled', '--read-only'],
      ['expand', shop.name, '--to', 'ha', '--maximum-lag-on-failover', '0'],
    ]) {
      const { exitCode, stdout } = await plane.run(...args);
      expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: '' });
    }
    await expectDatabase(shop).toBeAtStage(0);
  });

  test('2 names everything that is wrong at once: where, the value given, what is allowed', async () => {
    const wrong = ['--pool-mode', 'quantum', '--default-pool-size', '0', '--cutover', 'maybe'];
    const { exitCode, stderr } = await plane.run('expand', shop.name, '--to', 'pooling', ...wrong);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('pool_mode: "quantum" (allowed: session, transaction, statement)');
    expect(stderr).toContain('default_pool_size: 0 (allowed: a whole number from 1 to 1000)');
    expect(stderr).toContain('cutover: "maybe" (allowed: automatic, on_signal)');
  });

  test('3 for what the present state does not allow', async () => {
    for (const args of [
      ['create', shop.name],
      ['url', shop.name, '--read-write'],
      ['cutover', shop.name],
      ['abort', shop.name],
      ['confirm', shop.name],
    ]) {
      const { exitCode, stdout } = await plane.run(...args);
      expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 3, stdout: '' });
    }
  });

  test('1 where there is no control plane, with what to do about it', async () => {
    const stranger = openControlPlane();
    try {
      const { exitCode, stdout, stderr } = await stranger.run('list', '--json');
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ error: { message: expect.stringContaining('./pgrow up') } });
      expect(stderr).toContain('./pgrow up');
    } finally {
      stranger.forget();
    }
  });

  test('0 for --detach, at once; the same idempotency key starts no second operation', async () => {
    const detached = ['expand', shop.name, '--to', 'pooling', '--detach', '--idempotency-key', randomUUID()];
    const first = await plane.run(...detached);
    const second = await plane.run(...detached);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^[0-9a-f-]{36}\n$/) });
    expect(second).toMatchObject({ exitCode: 0, stdout: first.stdout });
    expect(await shop.endOf({ id: first.stdout.trim() })).toMatchObject({ status: 'done' });
    expect(await plane.run('expand', shop.name, '--to', 'pooling')).toMatchObject({ exitCode: 0 });
  });

  test('3 while another operation runs; an aborted one is 1 and leaves all as it was', async () => {
    const waiting = plane.run('scale-down', shop.name, '--to', 'single', '--grace', '10m', '--yes', '--json');
    const { id } = await shop.untilOperation('the grace period', ({ steps }) =>
      steps.some(({ detail }) => detail?.includes('s of grace') === true),
    );
    for (const args of [
      ['expand', shop.name, '--to', 'replicas'],
      ['destroy', shop.name, '--confirm', shop.name],
    ]) {
      const { exitCode, stdout, stderr } = await plane.run(...args);
      expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 3, stdout: '' });
      expect(stderr).toContain(id);
    }

    const { operation } = operationDocument.parse(await plane.json('abort', shop.name));
    expect(operation).toMatchObject({ id, status: 'aborted' });
    const first = await waiting;
    expect(first.exitCode).toBe(1);
    expect(operationDocument.parse(JSON.parse(first.stdout)).operation).toMatchObject({ id, status: 'aborted' });

    await expectDatabase(shop).toBeAtStage(1);
    await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 1, pgbouncer: 1 });
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled');
  });

  test('0 for a destroy, after which nothing is left', async () => {
    const { operation } = operationDocument.parse(await plane.json('destroy', shop.name, '--confirm', shop.name));
    expect(operation).toMatchObject({ type: 'destroy', status: 'done' });
    await expectDatabase(manageDatabase(plane, shop.name)).toBeGone();
    expect(await plane.run('status', shop.name)).toMatchObject({ exitCode: 2 });
  });
});
