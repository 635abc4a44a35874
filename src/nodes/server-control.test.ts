import { describe, expect, test } from 'vitest';
import { createFakePlatform, type FakePlatform } from '../platform/fake/index.ts';
import type { ContainerSpec, ExecResult } from '../platform/platform.ts';
import { killServer, restartServer, startServer, stopServer, unfence, whyKeptDown } from './server-control.ts';

const node = { name: 'postgres-2', container: 'shop-postgres-2' };
const oldImage = { exitCode: 127, stderr: 'exec: "pgrow-server": executable file not found in $PATH' };

const stopped = {
  state: 'stopped',
  running: false,
  exit: { code: 0, how: 'orderly', at: 1 },
  control: { state: 'shut down in recovery', checkpoint: '0/4000060', timeline: 1, system_identifier: '7' },
};

/** A node that runs, whose supervisor answers so. */
const nodeThatSays = async (answers: (action: string) => Partial<ExecResult>) => {
  const platform = createFakePlatform();
  await platform.ensureNetwork({ name: 'shop', labels: {} });
  const spec = { name: node.container, network: 'shop', mounts: [], ports: [], labels: {}, restart: 'no' };
  await platform.ensureContainer(spec as unknown as ContainerSpec);
  await platform.startContainer(node.container);
  const orders: string[] = [];
  platform.onExec(({ command: [program, action = ''] }) => {
    orders.push([program, action].join(' ').trim());
    return answers(action);
  });
  return { platform, orders };
};

const saying = (said: object, exitCode = 0) => nodeThatSays(() => ({ exitCode, stdout: JSON.stringify(said) }));
const runs = async (platform: FakePlatform) => (await platform.inspectContainer(node.container))!.running;
const timesStarted = ({ calls }: FakePlatform) => calls.filter(({ method }) => method === 'startContainer').length;

// A container that was stopped for the sake of its server lost its address, and took seconds.
test('a server is stopped by its supervisor, with evidence, and its container runs on', async () => {
  const { platform, orders } = await saying(stopped);
  expect(await stopServer(platform, node)).toEqual({
    by: 'supervisor',
    control: { state: 'shut down in recovery', checkpoint: '0/4000060' },
    how: 'orderly',
    unordered: null,
  });
  expect(orders).toEqual(['pgrow-server stop']);
  expect(await runs(platform)).toBe(true);
});

test('a container that has exited, or is gone, needs no stop', async () => {
  const { platform, orders } = await saying(stopped);
  await platform.stopContainer(node.container, 1);
  expect(await stopServer(platform, node)).toMatchObject({ by: 'nobody', unordered: null });
  await platform.removeContainer(node.container);
  expect(await stopServer(platform, node)).toMatchObject({ by: 'nobody', unordered: null });
  expect(orders).toEqual([]);
});

test.each([
  ['an older image, which knows no such order', 'no supervisor', oldImage],
  ['a supervisor that does not do it in time', 'not obeyed', { exitCode: 5, stdout: '{"error":"still stopping"}' }],
])('the engine stops a node of %s, and nothing is known of its files', async (_, unordered, answer) => {
  const { platform } = await nodeThatSays(() => answer);
  expect(await stopServer(platform, node)).toEqual({ by: 'engine', control: null, how: null, unordered });
  expect(await runs(platform)).toBe(false);
});

test('what is frozen takes no order: the engine stops it', async () => {
  const { platform, orders } = await saying(stopped);
  const frozen = {
    ...platform,
    inspectContainer: async (name: string) => ({ ...(await platform.inspectContainer(name))!, frozen: true }),
  };
  expect(await stopServer(frozen, node)).toMatchObject({ by: 'engine', control: null, unordered: 'frozen' });
  expect([orders, await runs(platform)]).toEqual([[], false]);
});

test('a start is an order, and starts the container as well where that has exited', async () => {
  const { platform, orders } = await saying({ state: 'running', running: true });
  await platform.stopContainer(node.container, 1);
  await startServer(platform, node);
  expect([orders, await runs(platform)]).toEqual([['pgrow-server start'], true]);
});

test('a node of an older image starts with its container, and restarts with it', async () => {
  const { platform } = await nodeThatSays(() => oldImage);
  await platform.stopContainer(node.container, 1);
  await startServer(platform, node);
  expect(await runs(platform)).toBe(true);
  await restartServer(platform, node);
  expect(platform.calls.at(-1)).toEqual({ method: 'restartContainer', name: node.container });
});

test('a restart is an order, and leaves the container alone', async () => {
  const { platform, orders } = await saying({ state: 'running', running: true });
  await restartServer(platform, node);
  expect([orders, timesStarted(platform)]).toEqual([['pgrow-server restart'], 1]);
});

test.each([
  ['still starts', 5],
  ['is fenced', 3],
])('a server that %s is no failure: the step that needs it waits for it', async (_, exitCode) => {
  const { platform } = await saying({ state: 'starting', running: false, error: 'still starting' }, exitCode);
  await expect(startServer(platform, node)).resolves.toBeUndefined();
});

test('what a supervisor, or Patroni, refuses is said in its words', async () => {
  const { platform } = await saying({ error: 'Patroni says restart failed' }, 1);
  await expect(restartServer(platform, node)).rejects.toMatchObject({
    code: 'node_failed',
    message: 'postgres-2 does not restart: Patroni says restart failed.',
  });
});

// "postgres-2 does not start: ." was all that was said of one whose container ended under the command.
test('of a command that says nothing its exit code is given', async () => {
  const { platform } = await nodeThatSays(() => ({ exitCode: 137 }));
  await expect(startServer(platform, node)).rejects.toMatchObject({
    message: 'postgres-2 does not start: exit code 137.',
  });
});

test('a fence that does not fall is an error', async () => {
  const { platform } = await nodeThatSays(() => ({ exitCode: 1, stderr: 'no space left on device\n' }));
  await expect(unfence(platform, node)).rejects.toMatchObject({ message: expect.stringContaining('no space left') });
});

test.each<[object | null, string | null]>([
  [stopped, 'stopped'],
  [{ state: 'fenced', running: false }, 'fenced'],
  // A hand-over has put its fence, and the server has not ended yet.
  [{ state: 'fenced', running: true }, null],
  [{ state: 'stopping', running: true }, null],
  [{ state: 'running', running: false }, null],
  [null, null],
])('of %o it is known whether that is on purpose: %s', async (said, how) => {
  const { platform } = await (said ? saying(said) : nodeThatSays(() => oldImage));
  expect(await whyKeptDown(platform, node)).toBe(how);
});

describe('a server that is killed has exited when the engine shows it', () => {
  const limitMs = 20;
  const killed = (shown: object | null) =>
    killServer(
      { signalContainer: async () => {}, inspectContainer: async () => shown as never },
      { name: 'postgres-2', container: 'shop-postgres-2' },
      limitMs,
    );

  test('by the engine, which ends also what takes no command', async () => {
    const { platform } = await saying(stopped);
    await killServer(platform, node);
    expect(await runs(platform)).toBe(false);
  });

  // What is stuck in the kernel outlives a SIGKILL; one that is gone may run where this engine does not look.
  test.each([
    ['still runs', { running: true }],
    ['is unknown to the engine', null],
  ])('not while it %s', async (_, shown) => {
    await expect(killed(shown)).rejects.toMatchObject({
      code: 'no_answer',
      message: expect.stringContaining('postgres-2 may still take writes, so nothing takes over from it.'),
    });
  });
});
