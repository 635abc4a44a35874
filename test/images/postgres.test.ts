import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { offeredFor } from '../../src/domain/offered-extensions.ts';
import { trySettings } from '../../src/nodes/try-settings.ts';
import { retryUntil } from '../support/retry-until.ts';
import { createStack, type Stack } from './support.ts';

const data = '/var/lib/postgresql';
const files = {
  'superuser-password': 'superuser secret',
  pgpass: '*:*:*:replicator:replication secret\n',
  'pg_hba.conf':
    'local all postgres peer\nhost replication replicator all scram-sha-256\nhost all all all scram-sha-256\n',
};
const primary = {
  'node.json': JSON.stringify({ name: 'postgres-1', cluster: 'shop', mode: 'primary' }),
  'postgresql.conf': "listen_addresses = '*'\n",
};
const replicaOf = (leader: string, name: string) => ({
  'node.json': JSON.stringify({
    name,
    cluster: 'shop',
    mode: 'replica',
    follow: [leader],
    slot: name.replace('-', '_'),
  }),
  'postgresql.conf': [
    "listen_addresses = '*'",
    `primary_conninfo = 'host=${leader} user=replicator passfile=/etc/pgrow/pgpass application_name=${name}'`,
    `primary_slot_name = '${name.replace('-', '_')}'`,
    "wal_retrieve_retry_interval = '200ms'",
    '',
  ].join('\n'),
});

describe('the postgres image', { timeout: 60_000 }, () => {
  let stack: Stack;

  const sql = (node: string, statement: string) => stack.run(node, 'psql', '-qAtX', '-c', statement);
  /** Waits until the health endpoint answers `path` with `status`; the result is the document. */
  const health = (node: string, path: string, status: number) =>
    retryUntil(`${node}${path} to answer ${status}`, async () => {
      const { address } = (await stack.platform.inspectContainer(stack.container(node)))!;
      const response = await fetch(`http://${address}:8008${path}`);
      const document: unknown = JSON.parse(await response.text());
      if (response.status !== status) throw new Error(`${response.status} ${JSON.stringify(document)}`);
      return document;
    });
  /** Starts an armed stop and gives the word; the result is what it reports. */
  const stopArmed = async (node: string, word: string): Promise<string> => {
    const armed = await stack.platform.execInteractive(stack.container(node), ['pgrow-stop-armed']);
    const [, now] = /^armed (\d+)$/.exec(await armed.readLine(5000)) ?? [];
    expect(now).toBeDefined();
    armed.write(word.replace('SOON', String(Number(now) + 4000)));
    return armed.readLine(5000);
  };

  /** What an order to the supervisor comes to. */
  const control = async (node: string, ...order: string[]): Promise<Readonly<Record<string, unknown>>> => {
    const { exitCode, stdout } = await stack.platform.exec(stack.container(node), ['pgrow-server', ...order]);
    return { exitCode, ...(JSON.parse(stdout) as object) };
  };
  const saysStopped = async (node: string) => {
    const said = await control(node, 'status');
    if (said['state'] !== 'stopped') throw new Error(JSON.stringify(said));
    return said;
  };

  beforeAll(async () => {
    stack = await createStack();
    await stack.start({
      name: 'postgres-1',
      image: 'postgres',
      data,
      files: { ...files, ...primary },
    });
    await health('postgres-1', '/primary', 200);
    await sql('postgres-1', "CREATE ROLE replicator LOGIN REPLICATION PASSWORD 'replication secret'");
    await sql('postgres-1', "SELECT pg_create_physical_replication_slot('postgres_2')");
    await stack.start({
      name: 'postgres-2',
      image: 'postgres',
      data,
      files: { ...files, ...replicaOf('postgres-1', 'postgres-2') },
    });
    await health('postgres-2', '/replica?lag=16MB', 200);
  }, 120_000);
  afterAll(() => stack?.remove());

  test('a primary and its replica tell routers what they are', async () => {
    await health('postgres-1', '/read-only', 200);
    await health('postgres-1', '/replica', 503);
    await health('postgres-2', '/primary', 503);
    expect(await health('postgres-2', '/patroni', 200)).toMatchObject({
      role: 'replica',
      replication_state: 'streaming',
    });
    expect(await health('postgres-1', '/cluster', 200)).toMatchObject({
      scope: 'shop',
      members: [
        { name: 'postgres-1', role: 'leader', state: 'running' },
        { name: 'postgres-2', role: 'replica', state: 'streaming' },
      ],
    });
  });

  test('data pages carry checksums, and a login from outside needs the password', async () => {
    expect(await sql('postgres-1', 'SHOW data_checksums')).toBe('on');
    const login = ['psql', '-wX', '-h', 'postgres-1', '-U', 'postgres', '-c', 'SELECT 1'];
    await expect(stack.run('postgres-2', ...login)).rejects.toThrow(/no password supplied/);
  });

  test('every extension that can be asked for can be created', async () => {
    await sql('postgres-1', 'CREATE DATABASE extended');
    const statements = offeredFor(17).flatMap(({ name }) => ['-c', `CREATE EXTENSION "${name}"`]);
    const psql = ['psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-d', 'extended', ...statements];
    await expect(stack.run('postgres-1', ...psql)).resolves.toBeDefined();
    await sql('postgres-1', 'DROP DATABASE extended');
  });

  test('killed while it makes its data directory, a node makes it again', async () => {
    const container = stack.container('postgres-3');
    await stack.start({
      name: 'postgres-3',
      image: 'postgres',
      data,
      files: { ...files, ...primary },
    });
    await retryUntil('initdb to have begun', () =>
      stack.run('postgres-3', 'test', '-e', `${data}/pgdata.tmp/PG_VERSION`),
    );
    await stack.platform.signalContainer(container, 'KILL');
    await stack.platform.startContainer(container);
    await health('postgres-3', '/primary', 200);
    expect(await stack.run('postgres-3', 'ls', data)).toBe('pgdata');
  });

  // Stopped by the engine a node lost its address, the history of its health check, and seconds.
  test('stopped by its supervisor a node stays down through restarts of its container, until it is started', async () => {
    const container = stack.container('postgres-3');
    const inspect = () => stack.platform.inspectContainer(container);
    const before = await inspect();
    const stopped = await control('postgres-3', 'stop');
    expect(stopped).toMatchObject({
      exitCode: 0,
      state: 'stopped',
      running: false,
      exit: { code: 0, how: 'orderly' },
      control: { state: 'shut down', checkpoint: expect.stringMatching(/^0\/[0-9A-F]+$/) },
    });
    expect(await inspect()).toMatchObject({ running: true, address: before?.address, startedAt: before?.startedAt });
    expect(await health('postgres-3', '/primary', 503)).toEqual({ state: 'stopped' });
    await stack.run('postgres-3', 'pgrow-alive');
    expect(await control('postgres-3', 'stop')).toMatchObject({ exitCode: 0, control: stopped['control'] });

    await stack.platform.restartContainer(container, 10);
    expect(await retryUntil('its supervisor to hear', () => saysStopped('postgres-3'))).toMatchObject({
      control: stopped['control'],
    });

    expect(await control('postgres-3', 'start')).toMatchObject({ exitCode: 0, state: 'running', running: true });
    expect(await sql('postgres-3', 'SELECT 1')).toBe('1');
    expect(await control('postgres-3', 'start')).toMatchObject({ exitCode: 0, running: true });
  });

  test('restarted by its supervisor a server is another one in the same container', async () => {
    const started = () => sql('postgres-3', 'SELECT pg_postmaster_start_time()');
    const [first, before] = [await started(), await stack.platform.inspectContainer(stack.container('postgres-3'))];
    expect(await control('postgres-3', 'restart')).toMatchObject({ exitCode: 0, state: 'running', running: true });
    expect(await started()).not.toBe(first);
    expect(await stack.platform.inspectContainer(stack.container('postgres-3'))).toMatchObject({
      startedAt: before?.startedAt,
    });
  });

  test('a server that does not end by itself is ended at the limit, in the end killed', async () => {
    await stack.run('postgres-3', 'sh', '-c', 'kill -STOP $(head -1 /var/lib/postgresql/pgdata/postmaster.pid)');
    expect(await control('postgres-3', 'stop', '--timeout', '0.2')).toMatchObject({
      exitCode: 0,
      state: 'stopped',
      running: false,
      exit: { how: 'killed' },
      control: { state: 'in production' },
    });
    expect(await control('postgres-3', 'start')).toMatchObject({ exitCode: 0, running: true });
  });

  test('what is fenced stays down, whatever is ordered', async () => {
    await stack.run('postgres-3', 'touch', `${data}/fenced`);
    expect(await control('postgres-3', 'restart')).toMatchObject({ exitCode: 3, state: 'fenced', running: true });
    expect(await control('postgres-3', 'stop')).toMatchObject({ exitCode: 0, state: 'stopped', running: false });
    expect(await control('postgres-3', 'start')).toMatchObject({ exitCode: 3, state: 'fenced', running: false });
    expect(await control('postgres-3', 'stop')).toMatchObject({ exitCode: 0, state: 'stopped' });
    await stack.run('postgres-3', 'pgrow-unfence');
    expect(await control('postgres-3', 'status')).toMatchObject({ state: 'stopped', running: false });
    expect(await control('postgres-3', 'start')).toMatchObject({ exitCode: 0, state: 'running' });
  });

  test('a stop calls the making of a data directory off, and a start begins it again', async () => {
    await stack.start({ name: 'postgres-4', image: 'postgres', data, files: { ...files, ...primary } });
    await retryUntil('initdb to have begun', () => stack.run('postgres-4', 'pkill', '-STOP', 'initdb'));
    expect(await control('postgres-4', 'stop')).toMatchObject({ exitCode: 0, state: 'stopped', running: false });
    expect(await control('postgres-4', 'start')).toMatchObject({ exitCode: 0, state: 'running' });
    await stack.platform.removeContainer(stack.container('postgres-4'));
  });

  test('a snapshot is a verified copy, and taking it again is success', async () => {
    const command = ['pgrow-snapshot', 'postgres-1'];
    await stack.create({ name: 'snapshot', image: 'postgres', data, files, command });
    const exitCode = async () => {
      await stack.platform.startContainer(stack.container('snapshot'));
      return retryUntil('the snapshot to end', async () => {
        const state = await stack.platform.inspectContainer(stack.container('snapshot'));
        if (state?.running !== false) throw new Error('it runs');
        return state.exitCode;
      });
    };
    expect(await exitCode()).toBe(0);
    expect(await exitCode()).toBe(0);
    expect(await stack.platform.readLogs(stack.container('snapshot'), 5)).toContain('snapshot is complete');
  });

  // It was listed as verified, a verification called it whole, and its restore failed.
  test('a snapshot that lacks a tablespace is never called whole', async () => {
    const link = `mkdir -p ${data}/pgdata/pg_tblspc && ln -s /srv/ts ${data}/pgdata/pg_tblspc/16400`;
    const command = ['sh', '-c', `${link} && pgrow-verify-snapshot; echo "exit $?"`];
    await stack.start({ name: 'elsewhere', image: 'postgres', command, data, files });
    const log = await retryUntil('the verification to end', async () => {
      const said = await stack.platform.readLogs(stack.container('elsewhere'), 5);
      if (!said.includes('exit')) throw new Error(said);
      return said;
    });
    expect(log).toMatch(/tablespaces lie outside the data directory.*: \/srv\/ts/);
    expect(log).toContain('exit 1');
  });

  // It was thrown away and begun again: the server ended its connections after the ten seconds that it gives a stream.
  test('a copy outlives a node that stalls for longer than the server waits for a stream', async () => {
    await sql('postgres-1', "ALTER SYSTEM SET wal_sender_timeout = '500ms'");
    await sql('postgres-1', 'SELECT pg_reload_conf()');
    await sql('postgres-1', 'CREATE TABLE big AS SELECT repeat(md5(i::text), 60) FROM generate_series(1, 100000) i');
    const command = ['pgrow-snapshot', 'postgres-1'];
    await stack.start({ name: 'stalling', image: 'postgres', data, files, command });
    await retryUntil('the copy to run', async () =>
      expect(await sql('postgres-1', 'SELECT phase FROM pg_stat_progress_basebackup')).toContain('streaming'),
    );
    await stack.run('stalling', 'pkill', '-STOP', 'pg_basebackup');
    // Past the time that a stream is given, several times over.
    await sql('postgres-1', 'SELECT pg_sleep(2)');
    await stack.run('stalling', 'pkill', '-CONT', 'pg_basebackup');
    await retryUntil('the snapshot to end', async () =>
      expect(await stack.platform.inspectContainer(stack.container('stalling'))).toMatchObject({ exitCode: 0 }),
    );
    await sql('postgres-1', 'ALTER SYSTEM RESET wal_sender_timeout');
    await sql('postgres-1', 'SELECT pg_reload_conf()');
  });

  test('a snapshot of a server that is not there says so, and leaves nothing', async () => {
    // One stream: the engine keeps two of them in an order of its own.
    const command = ['sh', '-c', 'pgrow-snapshot nobody 2>&1; echo "exit $?"; ls /var/lib/postgresql'];
    await stack.start({ name: 'failing', image: 'postgres', data, files, command });
    await retryUntil('the snapshot to fail', async () => {
      const log = await stack.platform.readLogs(stack.container('failing'), 5);
      expect(log).toMatch(/Cannot take the snapshot: .*could not translate host name "nobody"/);
      expect(log.trim()).toMatch(/exit 3$/);
    });
  });

  test('a configuration is tried on a server of its own, which says why it does not start with it', async () => {
    const trial = async (name: string, ...settings: readonly string[]) => {
      const conf = ["listen_addresses = '*'", "shared_buffers = '64MB'", ...settings, ''].join('\n');
      const command = ['sh', '-c', 'pgrow-try && pgrow-try; echo "exit $?"'];
      const own = { 'pg_hba.conf': files['pg_hba.conf'], 'postgresql.conf': conf };
      await stack.start({ name, image: 'postgres', files: own, command });
      return retryUntil(`${name} to end`, async () => {
        const said = await stack.platform.readLogs(stack.container(name), 10);
        if (!said.includes('exit')) throw new Error(said);
        return said;
      });
    };
    const [fit, unfit, quiet] = await Promise.all([
      // Twice: a container that was left behind is used again.
      trial('fit', "work_mem = '8MB'"),
      trial('unfit', "shared_preload_libraries = 'nowhere'"),
      trial('quiet', "work_mem = '64XB'", "log_min_messages = 'panic'", "logging_collector = 'on'"),
    ]);
    expect(fit).toBe('exit 0\n');
    expect(unfit).toBe('could not access file "nowhere": No such file or directory\nexit 1\n');
    expect(quiet).toContain('invalid value for parameter "work_mem": "64XB"');
    expect(quiet).toMatch(/exit 1\n$/);
  });

  test('a value is refused in the words of the server, while it runs and is not touched', async () => {
    const node = { name: 'postgres-1', container: stack.container('postgres-1') };
    const refused = await trySettings(stack.platform, node, {
      work_mem: '64MB',
      search_path: `"it's", "$(touch /tmp/run)"`,
      maintenance_work_mem: '64XB',
      wrok_mem: '1MB',
      'auto_explain.log_min_duration': 'of a library that is not loaded',
      port: 'which pgrow refuses by itself',
    });
    expect(refused).toEqual({
      maintenance_work_mem: expect.stringMatching(
        /^invalid value for parameter "maintenance_work_mem": "64XB"\. Valid/,
      ),
      wrok_mem: 'unrecognized configuration parameter "wrok_mem"',
    });
    expect(await sql('postgres-1', 'show maintenance_work_mem')).toBe('64MB');
  });

  test('an armed stop refuses the wrong database, and called off changes nothing', async () => {
    const { exitCode, stdout } = await stack.platform.exec(stack.container('postgres-1'), [
      'pgrow-stop-armed',
      '--system-identifier',
      '42',
    ]);
    expect({ exitCode, error: JSON.parse(stdout) as unknown }).toMatchObject({
      exitCode: 4,
      error: { error: expect.stringContaining('not 42') },
    });
    await expect(stopArmed('postgres-1', 'cancel\n')).rejects.toThrow();
    await health('postgres-1', '/primary', 200);
  });

  // A node that stood still and continued later must not stop its server once everybody has gone on without it.
  test('an armed stop that is triggered too late changes nothing', async () => {
    expect(JSON.parse(await stopArmed('postgres-1', 'stop 1000 0.0.0.0\n'))).toEqual({
      error: 'the order to stop came too late',
    });
    await health('postgres-1', '/primary', 200);
  });

  // A fast shutdown waits for every receiver of WAL: one that hung held the stop, and all clients, for a minute.
  test.each(['of whom it was not told to wait', 'which it was told to wait for', 'at the address of the successor'])(
    'an armed stop ends in time, and cleanly, beside a receiver that hangs, one %s',
    async (which) => {
      const receive =
        'mkdir -p /tmp/wal; export PGPASSFILE=/etc/pgrow/pgpass; ' +
        'pg_receivewal -h postgres-1 -U replicator -D /tmp/wal & echo $! >/tmp/receiver';
      await stack.run('postgres-2', 'sh', '-c', `${receive}; exec >/dev/null 2>&1`);
      const hung =
        "SELECT pid FROM pg_stat_replication WHERE application_name = 'pg_receivewal' AND state = 'streaming'";
      const pid = await retryUntil('a receiver', async () => {
        const found = await sql('postgres-1', hung);
        if (!found) throw new Error('it does not stream');
        return found;
      });
      await stack.run('postgres-2', 'sh', '-c', 'kill -STOP $(cat /tmp/receiver)');
      const { address } = (await stack.platform.inspectContainer(stack.container('postgres-2')))!;
      const successor = which.includes('successor') ? address! : '0.0.0.0';
      const waitedFor = which.includes('told to wait for') ? ` ${pid}` : '';

      const report = await stopArmed('postgres-1', `stop SOON ${successor}${waitedFor}\n`);

      expect(JSON.parse(report)).toMatchObject({ state: 'shut down' });
      await stack.run('postgres-2', 'sh', '-c', 'kill -KILL $(cat /tmp/receiver)');
      await stack.run('postgres-1', 'pgrow-unfence');
      await health('postgres-1', '/primary', 200);
      await health('postgres-2', '/replica?lag=16MB', 200);
    },
  );

  test('stopped for a hand-over a primary stays down until its fence falls, and then follows its successor', async () => {
    const report = JSON.parse(await stopArmed('postgres-1', 'stop\n')) as {
      state: string;
      checkpoint: string;
    };
    expect(report).toMatchObject({ state: 'shut down', timeline: 1, stop_ms: expect.any(Number) });
    expect(await stack.run('postgres-1', 'pg_controldata')).toContain(report.checkpoint);

    await stack.platform.restartContainer(stack.container('postgres-1'), 10);
    expect(await health('postgres-1', '/primary', 503)).toEqual({ state: 'fenced' });
    expect(JSON.parse(await stack.run('postgres-1', 'pgrow-control-data'))).toMatchObject({
      checkpoint: report.checkpoint,
    });

    expect(await sql('postgres-2', 'SELECT pg_promote()')).toBe('t');
    await health('postgres-2', '/primary', 200);
    await sql('postgres-2', "SELECT pg_create_physical_replication_slot('postgres_1')");
    await stack.put('postgres-1', replicaOf('postgres-2', 'postgres-1'));
    await stack.run('postgres-1', 'pgrow-unfence');
    await health('postgres-1', '/replica?lag=0', 200);
    expect(await sql('postgres-1', 'SELECT pg_is_in_recovery()')).toBe('t');
  });

  test('Patroni sends its requests to etcd without delay', async () => {
    const program = [
      'from pgrow import patroni_start, paths',
      'import socket, sys, types',
      'patroni_start._send_at_once()',
      'from patroni.dcs import etcd3',
      'connection = socket.socket()',
      'etcd3.enable_keepalive(connection, 20, 5)',
      'print(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))',
    ].join('\n');
    expect(await stack.run('postgres-2', 'python3', '-c', program)).toBe('1');
  });

  test('Patroni copies as patiently, and starts its server without that patience', async () => {
    const program = [
      'from pgrow import patroni_start',
      'from patroni.postgresql.bootstrap import Bootstrap',
      'import os',
      'Bootstrap.basebackup = lambda self, url, env, options: print(env.get("PGOPTIONS"), os.environ.get("PGOPTIONS"))',
      'patroni_start._copy_patiently()',
      'Bootstrap.basebackup(None, "", dict(os.environ), {})',
    ].join('\n');
    expect(await stack.run('postgres-2', 'python3', '-c', program)).toBe('-c wal_sender_timeout=5min None');
  });
});
