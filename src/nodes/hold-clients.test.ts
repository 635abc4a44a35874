import { expect, test, vi } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { nodesOf } from '../domain/topology.ts';
import { createFakePlatform } from '../platform/fake/index.ts';
import type { InteractiveExec, Platform } from '../platform/platform.ts';
import { armStop } from '../activities/armed-stop.ts';
import { attachDeadMan } from './dead-man.ts';
import { openClientHold } from './hold-clients.ts';
import type { Session } from './session.ts';

const record = sampleDatabase('shop');
const database = { ...record, topology: haTopology(record) };
const [pooler] = nodesOf(database.topology, 'pgbouncer');

const line = (readLine: () => Promise<string>) => {
  const closed = { times: 0 };
  const exec: InteractiveExec = { write: () => undefined, readLine, close: () => void (closed.times += 1) };
  const executed: string[] = [];
  const platform: Platform = {
    ...createFakePlatform(),
    execInteractive: async () => exec,
    exec: async (_, command) => {
      executed.push(String(command[0]));
      return { exitCode: 0, stdout: '', stderr: '' };
    },
  };
  return { platform, closed, executed };
};

// The query that was to be served first failed before anybody waited for it: Node ended the monitor in the middle of a
// failover, and with it everything that was prepared for every other database. The test fails by the unhandled rejection.
test('clients are released from a pooler whose connections have died', async () => {
  const { platform, executed } = line(async () => 'ok');
  const died = () => Promise.reject(new Error('Connection terminated unexpectedly'));
  const console = {
    pause: async () => true,
    pauseLookups: async () => undefined,
    resume: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return died();
    },
    end: async () => undefined,
  };
  const session = {
    database,
    peer: async () => ({ name: 'pgbouncer-1', address: '10.0.0.2' }),
    connectPooler: async () => console,
    connectApplication: async () => ({ query: died, end: async () => undefined }),
  } as unknown as Session;
  const clients = await openClientHold({ platform }, session, [pooler!]);
  clients.hold();
  await clients.release();

  expect(clients.isHolding()).toBe(false);
  expect(executed).toContain('pgrow-resume');
});

// PgBouncer said that it was paused already, and the monitor's RESUME then let clients go in the middle of a hand-over.
test('clients that an operation holds are neither held nor released', async () => {
  let told = 'ping';
  const { platform, executed } = line(async () => (told.startsWith('hold') ? 'armed' : told));
  const execInteractive: Platform['execInteractive'] = async (name, command) => ({
    ...(await platform.execInteractive(name, command)),
    write: (text) => void (told = text),
  });
  let resumed = 0;
  const console = {
    pause: async () => false,
    pauseLookups: async () => undefined,
    resume: async () => void (resumed += 1),
    resumeLookups: async () => undefined,
    end: async () => undefined,
  };
  const session = {
    database,
    peer: async () => ({ name: 'pgbouncer-1', address: '10.0.0.2' }),
    connectPooler: async () => console,
    connectApplication: async () => ({ query: async () => [], end: async () => undefined }),
  } as unknown as Session;
  const clients = await openClientHold({ platform: { ...platform, execInteractive } }, session, [pooler!]);
  clients.hold();
  await vi.waitFor(() => expect(clients.isHolding()).toBe(false));
  await clients.release();

  expect(resumed).toBe(0);
  expect(executed).not.toContain('pgrow-resume');
});

// The monitor prepares a failover again every second: a pooler that answered too late collected one listener each time.
test('the connection to a dead-man that does not answer is closed', async () => {
  const { platform, closed } = line(() => Promise.reject(new Error('printed no line within 2000 ms')));
  await expect(attachDeadMan(platform, pooler!)).rejects.toThrow('no line');
  expect(closed.times).toBe(1);
});

test('so is a stop that is not armed in time', async () => {
  const { platform, closed } = line(() => Promise.reject(new Error('printed no line within 10000 ms')));
  await expect(armStop(platform, pooler!, '7')).rejects.toThrow('no line');
  expect(closed.times).toBe(1);
});
