import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Docker from 'dockerode';
import pg from 'pg';
import { readConnectionStrings } from '../src/cli/connection-strings.ts';
import { statusOf } from '../src/platform/docker/engine-errors.ts';
import { parseEndpoint } from '../src/workload/endpoint.ts';
import type { Chaos } from './chaos.ts';
import { askServers } from './invariants.ts';
import { until } from './until.ts';

/** What is not a crash, and what people do to their databases without pgrow. */
export interface Inflicted {
  /** What was seen of it. */
  readonly effect: string;
  /** @throws when it cannot be taken back */
  readonly heal: () => Promise<void>;
}

const engine = new Docker();
const effectMs = 15_000;
const healMs = 60_000;

/** None of its processes gets any time; its connections stay. */
export const hang = async (container: string): Promise<Inflicted> => {
  const isPaused = async () => (await engine.getContainer(container).inspect()).State.Paused;
  await engine.getContainer(container).pause();
  await until(`${container} hung`, effectMs, isPaused);
  return {
    effect: `${container} hung`,
    heal: () =>
      unlessGone(async () => {
        if (!(await isPaused())) return;
        await engine.getContainer(container).unpause();
        if (await isPaused()) throw new Error(`${container} still hangs`);
      }),
  };
};

/** One hundredth of a processor. Microseconds of each tenth of a second. */
const slowQuota = 1000;

export const slowDown = async (container: string): Promise<Inflicted> => {
  const { State, HostConfig } = await engine.getContainer(container).inspect();
  const throttled = () => Number(/nr_throttled (\d+)/.exec(cpuStatistics(State.Pid))?.[1]);
  const give = (CpuQuota: number) => engine.getContainer(container).update({ CpuPeriod: 100_000, CpuQuota });
  const before = throttled();
  await give(slowQuota);
  await until(`${container} slow`, effectMs, () => throttled() > before);
  return {
    effect: `${container} was throttled`,
    heal: () =>
      unlessGone(async () => {
        const quota = HostConfig.CpuQuota ?? 0;
        await give(quota);
        const now = (await engine.getContainer(container).inspect()).HostConfig.CpuQuota;
        if (now !== quota) throw new Error(`${container} is still slow: its quota is ${now}`);
      }),
  };
};

/** As the host sees it: in the container a look would take as long as everything else. */
const cpuStatistics = (pid: number): string => {
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  for (const group of groups) {
    const [, controllers = '', path = ''] = group.split(':');
    if (controllers.split(',').includes('cpu')) return readFileSync(`/sys/fs/cgroup/cpu${path}/cpu.stat`, 'utf8');
  }
  const unified = groups.find((group) => group.startsWith('0::'))?.slice('0::'.length);
  return readFileSync(`/sys/fs/cgroup${unified}/cpu.stat`, 'utf8');
};

/** The application and the administrators have another password, as after a rotation that pgrow was not told of. */
export const denyLogins = async (chaos: Chaos, database: string): Promise<Inflicted> => {
  const { host } = await readConnectionStrings(chaos.api, database);
  const application = parseEndpoint(host.postgres ?? '');
  const roles = ['postgres', application.user];
  const list = roles.map(literal).join(', ');
  const primary = await findPrimary(chaos, database);
  const verifiers = await psql(
    chaos,
    primary,
    `select rolname || ' ' || rolpassword from pg_catalog.pg_authid where rolname in (${list})`,
  );
  const give = (container: string, passwords: readonly (readonly [string, string])[]) =>
    psql(chaos, container, passwords.map(([role, password]) => alterRole(role, password)).join('\n'));
  await give(
    primary,
    roles.map((role) => [role, randomBytes(12).toString('hex')]),
  );
  const isRefused = async () => (await loginCode(chaos, primary, application)) === '28P01';
  await until(`${roles.join(' and ')} refused`, effectMs, isRefused);
  return {
    effect: `${roles.join(' and ')} were refused`,
    // Whoever is the primary by then has it from the one before.
    heal: () =>
      until('the passwords taken back', healMs, async () => {
        const now = await findPrimary(chaos, database);
        await give(
          now,
          verifiers.split('\n').map((line) => [line.split(' ')[0]!, line.split(' ')[1]!]),
        );
        return (await loginCode(chaos, now, application)) === null;
      }).then(() => undefined),
  };
};

/** Settings that take effect at once, as an administrator makes them. */
const changedSettings = { work_mem: '17MB', log_lock_waits: 'on' };

export const changeSettings = async (chaos: Chaos, database: string): Promise<Inflicted> => {
  const primary = await findPrimary(chaos, database);
  const each = (sql: (name: string, value: string) => string) =>
    [...Object.entries(changedSettings).map(([name, value]) => sql(name, value)), reload].join('\n');
  const workMem = (container: string) => psql(chaos, container, 'show work_mem');
  const before = await workMem(primary);
  await psql(
    chaos,
    primary,
    each((name, value) => `alter system set ${name} = ${literal(value)};`),
  );
  await until('the settings changed', effectMs, async () => (await workMem(primary)) === changedSettings.work_mem);
  const reset = each((name) => `alter system reset ${name};`);
  return {
    effect: `work_mem was ${changedSettings.work_mem} instead of ${before}`,
    // They are in a file of each server's own, which goes along with a copy.
    heal: () =>
      until('the settings taken back', healMs, async () => {
        const running = await askServers(chaos, database, 'select 1').then((all) => all.filter(([, is]) => is === '1'));
        await Promise.all(running.map(([container]) => psql(chaos, container, reset)));
        return (await workMem(await findPrimary(chaos, database))) === before;
      }).then(() => undefined),
  };
};

const reload = 'select pg_catalog.pg_reload_conf();';

/** The container of the server that takes writes. */
const findPrimary = (chaos: Chaos, database: string): Promise<string> =>
  until(`${database} to take writes`, effectMs, async () => {
    const answers = await askServers(chaos, database, 'select pg_is_in_recovery()');
    return answers.find(([, answer]) => answer === 'f')?.[0];
  });

/** What is said goes by standard input: it may be a secret. */
const psql = async ({ platform }: Chaos, container: string, sql: string): Promise<string> => {
  const command = ['psql', '-qAtX', '-U', 'postgres', '-v', 'ON_ERROR_STOP=1'];
  const { exitCode, stdout } = await platform.exec(container, command, `${sql}\n`);
  if (exitCode !== 0) throw new Error(`psql in ${container}: exit code ${exitCode}`);
  return stdout.trim();
};

/** PostgreSQL's code of a refusal, null for a login. */
const loginCode = async (
  { platform }: Chaos,
  container: string,
  { user, password, database }: Pick<ReturnType<typeof parseEndpoint>, 'user' | 'password' | 'database'>,
): Promise<string | null> => {
  const host = (await platform.inspectContainer(container))?.address ?? '';
  const client = new pg.Client({ host, port: 5432, user, password, database, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? 'unknown';
  } finally {
    await client.end().catch(() => undefined);
  }
};

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const alterRole = (role: string, password: string): string =>
  `alter role "${role.replaceAll('"', '""')}" password ${literal(password)};`;

const unlessGone = (action: () => Promise<void>): Promise<void> =>
  action().catch((error: unknown) => {
    // One that its operation is removing refuses changes before it is gone.
    const isGoing = /is marked for removal/.test((error as Error).message);
    if (statusOf(error) !== 404 && !isGoing) throw error;
  });
