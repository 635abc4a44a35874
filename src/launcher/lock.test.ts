import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { withLock } from './lock.ts';

test('of two that want the same, one waits for the other and says so', async () => {
  const name = randomUUID();
  const order: string[] = [];
  let releaseFirst = (): void => undefined;
  const held = new Promise<void>((resolve) => (releaseFirst = resolve));
  let firstBegins = (): void => undefined;
  const begun = new Promise<void>((resolve) => (firstBegins = resolve));
  const first = withLock(
    name,
    () => undefined,
    async () => {
      order.push('first begins');
      firstBegins();
      await held;
      order.push('first ends');
    },
  );
  await begun;
  const second = withLock(
    name,
    () => {
      order.push('second waits');
      releaseFirst();
    },
    async () => void order.push('second begins'),
  );
  await Promise.all([first, second]);
  expect(order).toEqual(['first begins', 'second waits', 'first ends', 'second begins']);
});

test('a lock is free again when its holder is killed', async () => {
  const name = randomUUID();
  const source = new URL('./lock.ts', import.meta.url).href;
  const script = `
    import { withLock } from '${source}';
    await withLock('${name}', () => {}, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000); }));
  `;
  const holder = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    script,
  ]);
  await once(holder.stdout, 'data');
  const waits: string[] = [];
  const taken = withLock(
    name,
    (line) => {
      waits.push(line);
      holder.kill('SIGKILL');
    },
    async () => 'taken',
  );
  expect(await taken).toBe('taken');
  expect(waits).toHaveLength(1);
});

test('one that hangs is not waited for without end, and the error says since when', async () => {
  const name = randomUUID();
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const quiet = (): void => undefined;
  const first = withLock(name, quiet, () => (begun.resolve(), held.promise));
  await begun.promise;

  await expect(withLock(name, quiet, async () => undefined, 0)).rejects.toMatchObject({
    code: 'not_ready',
    message: expect.stringMatching(new RegExp(`^Waited since \\S+Z for another pgrow .*${name}`)),
  });
  held.resolve();
  await first;
});
