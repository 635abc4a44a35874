import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { retryUntil } from '../support/retry-until.ts';
import { createStack, type Stack } from './support.ts';

const pooler = (port: number, directory: string) => `
[databases]
* = host=postgres port=5432
[pgbouncer]
listen_addr = *
listen_port = ${port}
unix_socket_dir = /run/pgbouncer/${directory}
auth_type = scram-sha-256
auth_file = /etc/pgrow/userlist.txt
admin_users = postgres
pool_mode = transaction
`;

describe('the pgbouncer image', { timeout: 60_000 }, () => {
  let stack: Stack;

  const ask = (port: number, database: string, statement: string) => {
    const client = [
      'psql',
      '-wqAtX',
      '-h',
      'pgbouncer',
      '-p',
      String(port),
      '-U',
      'postgres',
      '-d',
      database,
      '-c',
      statement,
    ];
    return stack.run('postgres', 'env', 'PGPASSFILE=/etc/pgrow/pgpass', 'PGCONNECT_TIMEOUT=5', ...client);
  };
  const untilAnswers = (port: number) =>
    retryUntil(`an answer on ${port}`, async () => expect(await ask(port, 'postgres', 'SELECT 1')).toBe('1'));
  const isPaused = async (port = 5432) => (await ask(port, 'pgbouncer', 'SHOW STATE')).includes('paused|yes');
  const untilResumed = () => retryUntil('RESUME', async () => expect(await isPaused()).toBe(false));
  /** The console that asks for it is gone afterwards. */
  const pause = async (port = 5432) => {
    await ask(port, 'pgbouncer', 'PAUSE');
    expect(await isPaused(port)).toBe(true);
  };
  const deadman = (argument: string) => stack.run('pgbouncer', 'pgrow-deadman', argument);

  beforeAll(async () => {
    stack = await createStack();
    const files = {
      'node.json': JSON.stringify({ name: 'postgres', cluster: 'shop', mode: 'primary' }),
      'superuser-password': 'secret',
      pgpass: '*:*:*:*:secret\n',
      'postgresql.conf': "listen_addresses = '*'\n",
      'pg_hba.conf': 'local all postgres peer\nhost all all all scram-sha-256\n',
    };
    await stack.start({ name: 'postgres', image: 'postgres', data: '/var/lib/postgresql', files });
    await stack.start({
      name: 'pgbouncer',
      image: 'pgbouncer',
      files: { 'pgbouncer-rw.ini': pooler(5432, 'rw'), 'userlist.txt': '"postgres" "secret"\n' },
    });
    await untilAnswers(5432);
  }, 120_000);
  afterAll(() => stack?.remove());

  test('a read-only pooler comes and goes with its configuration', async () => {
    await stack.put('pgbouncer', { 'pgbouncer-ro.ini': pooler(5433, 'ro') });
    await stack.platform.signalContainer(stack.container('pgbouncer'), 'HUP');
    await untilAnswers(5433);

    await stack.run('pgbouncer', 'rm', '/etc/pgrow/pgbouncer-ro.ini');
    await stack.run('pgbouncer', 'pgrow-reload');
    await retryUntil('read-only to be gone', () =>
      expect(ask(5433, 'postgres', 'SELECT 1')).rejects.toThrow(/Connection refused/),
    );
    await untilAnswers(5432);
  });

  // It came back at once, and the router through which a transaction still ran was removed: "server conn crashed?".
  test('a reload ends once nothing runs on connections of before', async () => {
    const script = `
      export PGPASSWORD=secret
      through() { psql -wqAtX -h 127.0.0.1 -U postgres -d "$1" -c "$2"; }
      through postgres 'SELECT pg_sleep(2)' >/dev/null &
      until through pgbouncer 'SHOW SERVERS' | grep -q '|active|'; do :; done
      sed -i 's/host=postgres /host=${stack.container('postgres')} /' /etc/pgrow/pgbouncer-rw.ini
      pgrow-reload
      through pgbouncer 'SHOW SERVERS'
      wait`;
    expect(await stack.run('pgbouncer', 'sh', '-c', script)).not.toContain('|active|');
    await untilAnswers(5432);
  });

  test('after a PAUSE whose client is gone, the dead-man resumes all poolers', async () => {
    await stack.put('pgbouncer', { 'pgbouncer-ro.ini': pooler(5433, 'ro') });
    await stack.run('pgbouncer', 'pgrow-reload');
    await pause(5432);
    await pause(5433);
    expect(await deadman('300')).toBe('armed');
    expect(await ask(5432, 'postgres', 'SELECT 1')).toBe('1');
    expect(await ask(5433, 'postgres', 'SELECT 1')).toBe('1');
  });

  test('armed again the dead-man waits again', async () => {
    await pause();
    await deadman('2000');
    await deadman('60000');
    // Past the time of the first.
    await stack.run('pgbouncer', 'sleep', '2.5');
    expect(await isPaused()).toBe(true);
    await deadman('1');
    await untilResumed();
  });

  test('disarmed it leaves the pooler paused, and disarming again is success', async () => {
    await pause();
    await deadman('2000');
    await deadman('disarm');
    await stack.run('pgbouncer', 'sleep', '2.5');
    expect(await isPaused()).toBe(true);
    await deadman('disarm');
    await stack.run('pgbouncer', 'pgrow-resume');
    expect(await isPaused()).toBe(false);
  });

  // A RESUME of one that holds clients must not let those go whom another holds.
  test('released, it resumes only the clients it guards', async () => {
    await pause();
    await deadman('release');
    expect(await isPaused()).toBe(true);
    await deadman('60000');
    await deadman('release');
    expect(await isPaused()).toBe(false);
  });

  describe('a dead-man with a line to it', () => {
    const listen = async () => {
      const line = await stack.platform.execInteractive(stack.container('pgbouncer'), ['pgrow-deadman', 'listen']);
      const tell = async (text: string, answer = text) => {
        line.write(text);
        expect(await line.readLine(5000)).toBe(answer);
      };
      await tell('ping');
      return { tell, end: () => line.close() };
    };

    test('resumes clients and logins once the line ends', async () => {
      const { tell, end } = await listen();
      await tell('hold 60000');
      await ask(5432, 'pgbouncer', 'PAUSE postgres');
      await pause();
      end();
      await untilResumed();
      expect(await ask(5432, 'postgres', 'SELECT 1')).toBe('1');
    });

    test('resumes at its limit, and not after it was disarmed', async () => {
      const { tell, end } = await listen();
      await pause();
      await tell('hold 100');
      await untilResumed();
      await pause();
      await tell('hold 100');
      await tell('free');
      await stack.run('pgbouncer', 'sleep', '0.5');
      end();
      await stack.run('pgbouncer', 'sleep', '0.5');
      // Not for it to resume: someone else had paused it.
      expect(await isPaused()).toBe(true);
      await stack.run('pgbouncer', 'pgrow-resume');
    });

    // Its line may end, for the monitor is started again, in the middle of a hand-over.
    test('leaves alone what another holds', async () => {
      const { tell, end } = await listen();
      await pause();
      await deadman('60000');
      await tell('hold 1', 'armed');
      end();
      await stack.run('pgbouncer', 'sleep', '0.5');
      expect(await isPaused()).toBe(true);
      await deadman('1');
      await untilResumed();
    });
  });

  test('when one pooler dies the container ends and comes back whole', async () => {
    await stack.run('pgbouncer', 'pkill', '-KILL', '-f', 'pgbouncer-rw.ini').catch(() => undefined);
    await retryUntil('the restart', async () => {
      const state = await stack.platform.inspectContainer(stack.container('pgbouncer'));
      expect(state).toMatchObject({ running: true, restarts: 1 });
    });
    await untilAnswers(5432);
    await untilAnswers(5433);
  });
});
