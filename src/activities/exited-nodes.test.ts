import { expect, test } from 'vitest';
import { createFakePlatform } from '../platform/fake/index.ts';
import type { ContainerSpec } from '../platform/platform.ts';
import { restartIfExited } from './exited-nodes.ts';
import { waitUntil } from './wait-until.ts';

const node = { name: 'postgres-2', container: 'shop-postgres-2' };
const step = { patience_seconds: 0.3, note: () => undefined, signal: new AbortController().signal };

/** A node that exits at each of its first `times` starts. */
const nodeThatExits = async (times: number) => {
  const platform = createFakePlatform();
  await platform.ensureNetwork({ name: 'shop', labels: {} });
  await platform.ensureContainer({
    name: node.container,
    network: 'shop',
    mounts: [],
    ports: [],
    labels: {},
    restart: 'no',
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
