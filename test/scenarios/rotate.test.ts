import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EndpointName } from '../../src/domain/endpoints.ts';
import type { OperationDocument } from '../../src/domain/operation.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { killWorkerAt } from '../support/faults.ts';
import { retryUntil } from '../support/retry-until.ts';
import type { ManagedDatabase } from '../support/stack.ts';

/** The application gets another password while its sessions work on, also over server connections that PgBouncer opens later. */

const plane = useControlPlane({ breakpoints: true });

let shop: ManagedDatabase;

/** Of every pool: each server connection is replaced after so many seconds. */
const replaceServersAfter = async (seconds: number): Promise<void> => {
  const script = `for at in rw:5432 ro:5433; do
    psql -qX -h /run/pgbouncer/\${at%:*} -p \${at#*:} -U pgbouncer -d pgbouncer -c 'SET server_lifetime = ${seconds}'
  done`;
  await shop.runOn('pgbouncer-1', ['bash', '-c', script]);
};

/** Sessions that log in once, before, and then work without pause; the later of them begin later, so that pools grow. */
const workThrough = async (endpoints: readonly EndpointName[], sessionsEach: number) => {
  const failures: string[] = [];
  const done: number[] = [];
  const standing = { stopped: false };
  const open = async (name: EndpointName): Promise<pg.Client> => {
    const client = new pg.Client(await shop.endpoint(name));
    client.on('error', (error) => failures.push(`${name} ended: ${error.message}`));
    await client.connect();
    return client;
  };
  const sessions = await Promise.all(
    endpoints.flatMap((name) => Array.from({ length: sessionsEach }, async () => ({ name, client: await open(name) }))),
  );
  const work = async ({ name, client }: (typeof sessions)[number], index: number): Promise<void> => {
    const sql = name.includes('read_only') ? 'select pg_sleep(0.02)' : 'insert into worked select pg_sleep(0.02)::text';
    while (!standing.stopped && failures.length === 0) {
      // The first is always at work, the last a part of the time.
      const rest = (done[0] ?? 0) % sessionsEach < index % sessionsEach;
      await client.query(rest ? 'select pg_sleep(0.05)' : sql);
      done[index] = (done[index] ?? 0) + 1;
    }
  };
  const working = sessions.map((session, index) =>
    work(session, index).catch((error: unknown) => failures.push(`${session.name}: ${(error as Error).message}`)),
  );
  return {
    /** Every one has done something more. */
    goesOn: () => {
      const before = sessions.map((_, index) => done[index] ?? 0);
      return retryUntil('all sessions to work on', async () => {
        expect(failures).toEqual([]);
        expect(sessions.every((_, index) => (done[index] ?? 0) > before[index]! + 1)).toBe(true);
      });
    },
    stop: async () => {
      standing.stopped = true;
      await Promise.all(working);
      await Promise.all(sessions.map(({ client }) => client.end()));
      expect(failures).toEqual([]);
    },
  };
};

const passwordNow = async (): Promise<string> => (await shop.endpoint('postgres')).password;

/** On every route. */
const expectOnly = async (password: string, old: string): Promise<void> => {
  const { host } = await shop.connectionStrings();
  const names = (Object.keys(host) as EndpointName[]).filter((name) => host[name] !== null);
  for (const name of names) {
    const endpoint = await shop.endpoint(name);
    const taken = async (tried: string) => {
      const client = new pg.Client({ ...endpoint, password: tried });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return 'taken';
      } catch (error) {
        return /authentication failed/.test((error as Error).message) ? 'refused' : (error as Error).message;
      } finally {
        await client.end().catch(() => undefined);
      }
    };
    expect({ name, new: await taken(password), old: await taken(old) }).toEqual({ name, new: 'taken', old: 'refused' });
  }
};

const done = { type: 'rotate', status: 'done', error: null };
const rotate = (): Promise<OperationDocument> => shop.change('rotate', '--password', '--yes');

/** The operation, and the password of before. */
const rotateUnderWork = async (endpoints: readonly EndpointName[]) => {
  await replaceServersAfter(1);
  const work = await workThrough(endpoints, 6);
  const old = await passwordNow();
  await work.goesOn();
  const operation = await rotate();
  // Over server connections of after it.
  for (let round = 0; round < 3; round += 1) await work.goesOn();
  await work.stop();
  await expectOnly(await passwordNow(), old);
  return operation;
};

beforeAll(async () => {
  shop = await plane.create('keys');
  await keepData(shop);
  await shop.expand('pooling');
  await shop.query('create table worked (at text)');
});

afterEach(() => replaceServersAfter(3600));

test('behind a pooler and past it, no session fails, and the old password is refused afterwards', async () => {
  await shop.queryNode('postgres-1', `alter system set log_statement = 'all'`);
  await shop.queryNode('postgres-1', 'select pg_reload_conf()');
  expect(await rotateUnderWork(['postgres', 'pooled'])).toMatchObject(done);
});

test('a server that logs every statement does not log what is stored for the password', async () => {
  const [{ role } = { role: '' }] = await shop.query<{ role: string }>('select current_user as role');
  const verifier = await shop.queryNode('postgres-1', `select rolpassword from pg_authid where rolname = '${role}'`);
  expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:/);
  const { stdout } = await plane.run('logs', shop.name, 'postgres-1', '--tail', '5000');
  expect(stdout).toContain('insert into worked');
  expect(stdout).not.toContain(verifier);
});

test('a password that the application sets itself reaches the pools with its record', async () => {
  const theirs = 'chosen-by-the-application';
  const work = await workThrough(['pooled'], 3);
  await work.goesOn();
  await shop.query(`alter role current_user password '${theirs}'`, 'postgres');
  const plan = await plane.json<{ operation: OperationDocument }>('rotate', shop.name, '--password', '--dry-run');
  expect(plan.operation.warnings.join(' ')).toContain('was changed without pgrow');
  const file = join(mkdtempSync(join(tmpdir(), 'pgrow-rotate-')), 'password');
  writeFileSync(file, theirs, { mode: 0o600 });
  await plane.json('password', shop.name, '--file', file);
  rmSync(dirname(file), { recursive: true });
  await replaceServersAfter(1);
  for (let round = 0; round < 3; round += 1) await work.goesOn();
  await work.stop();
});

describe('at stage 3', () => {
  beforeAll(() => shop.expand('ha'));

  test('no session fails on any route', async () => {
    const routes: readonly EndpointName[] = ['postgres', 'pooled', 'pooled_read_only', 'read_only'];
    expect(await rotateUnderWork(routes)).toMatchObject(done);
    await expectDatabase(shop).toHoldItsData();
  });

  test('a worker that dies between server and poolers: the next one goes on, and no session ends', async () => {
    const old = await passwordNow();
    const work = await workThrough(['pooled', 'pooled_read_only'], 3);
    await work.goesOn();
    await killWorkerAt(plane, { activity: 'changePassword', at: 'postgres.storeVerifier' }, () =>
      plane.json('rotate', shop.name, '--password', '--yes', '--detach'),
    );
    await plane.up();
    const [{ id } = { id: '' }] = (await shop.read<{ operations: OperationDocument[] }>('operations')).operations;
    expect(await shop.endOf({ id })).toMatchObject(done);
    await replaceServersAfter(1);
    for (let round = 0; round < 3; round += 1) await work.goesOn();
    await work.stop();
    await expectOnly(await passwordNow(), old);
    await expectDatabase(shop).toBeHealthy();
  });
});
