import { describe, expect, test, vi } from 'vitest';
import { createFakePlatform } from '../platform/fake/index.ts';
import type { ContainerSpec } from '../platform/platform.ts';
import { failIfExited, restartIfExited } from './exited-nodes.ts';
import { waitUntil } from './wait-until.ts';

const node = { name: 'postgres-2', container: 'shop-postgres-2' };
const step = { patience_seconds: 0.3, note: () => undefined, signal: new AbortController().signal };

/** A node that exits at each of its first `times` starts. */
const nodeThatExits = async (times: number, restart: ContainerSpec['restart'] = 'no') => {
  const platform = createFakePlatform();
  await platform.ensureNetwork({ name: 'shop', labels: {} });
  await platform.ensureContainer({
    name: node.container,
    network: 'shop',
    mounts: [],
    ports: [],
    labels: {},
    restart,
  } as unknown as ContainerSpec);
  let starts = 0;
  platform.onStart(() => ((starts += 1) <= times ? 7 : undefined));
  // What a client has said goes into no error.
  platform.print(node.container, "ERROR:  no such column: secret\nSTATEMENT:  select 'secret'\n");
  platform.print(node.container, 'no room for shared memory\n');
  await platform.startContainer(node.container);
  const keep = restartIfExited(platform, step);
  const wait = waitUntil({
    for: 'it to run',
    step: { ...step, patience_seconds: 60 },
    look: async () => {
      await keep(node);
      const state = await platform.inspectContainer(node.container);
      return state?.running ? { found: starts } : { observed: 'it does not run' };
    },
  });
  return { platform, wait };
};

test('a node that has exited is started again', async () => {
  expect(await (await nodeThatExits(1)).wait).toBe(2);
});

test('one that does not stay up at once gets more than one start', async () => {
  expect(await (await nodeThatExits(3)).wait).toBe(4);
});

test('one that exits each time ends the wait, with its exit code and its last words', async () => {
  await expect((await nodeThatExits(99)).wait).rejects.toMatchObject({
    code: 'node_failed',
    message: 'postgres-2 stopped (exit code 7), again after 3 restarts: no room for shared memory.',
  });
});

test('one that is gone ends the wait', async () => {
  const { platform, wait } = await nodeThatExits(99);
  await platform.removeContainer(node.container);
  await expect(wait).rejects.toMatchObject({ code: 'node_failed', message: expect.stringContaining(node.container) });
});

// A server is stopped and started inside its container, so one that had crashed weeks ago, and that the engine had
// restarted, could not be taken out of Patroni: "stopped (exit code ?)" of a node that ran.
describe('a node that has just been started', () => {
  const started = async () => {
    const { platform, wait } = await nodeThatExits(0, 'unless-stopped');
    await wait;
    const crash = async (restarts: number) => {
      platform.kill(node.container, 7);
      await vi.waitFor(async () =>
        expect(await platform.inspectContainer(node.container)).toMatchObject({ running: true, restarts }),
      );
    };
    return { crash, failIfItExits: failIfExited(platform), platform };
  };

  test('may have crashed before', async () => {
    const { crash, failIfItExits } = await started();
    await crash(1);
    await expect(failIfItExits(node)).resolves.toBeUndefined();
  });

  test('may not crash from then on, even if the engine restarts it', async () => {
    const { crash, failIfItExits } = await started();
    await failIfItExits(node);
    await crash(1);
    await expect(failIfItExits(node)).rejects.toMatchObject({
      code: 'node_failed',
      message: 'postgres-2 stopped and was restarted by the engine: no room for shared memory.',
    });
  });
});
