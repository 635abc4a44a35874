import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import { endControlPlane } from '../support/control-plane-pool.ts';
import { commandsInBlocks, readPages } from '../support/documentation.ts';
import { retryUntil } from '../support/retry-until.ts';
import { readCli, runCli } from '../support/run-cli.ts';
import { leftOut, walk, type Stop } from './walk.ts';

/** `npm run test:docs`: what the documentation tells its readers to type is typed here, on a control plane of its own. */

const folder = mkdtempSync(join(tmpdir(), 'pgrow-docs-'));
const environment = {
  HOME: folder,
  PGROW_HOME: join(folder, 'home'),
  XDG_CONFIG_HOME: join(folder, 'config'),
  XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/root', '.cache'),
};

/** Milliseconds that an operation has to come to what a message is for, or to its end. */
const patienceMs = 120_000;

const pgrow = async (...args: readonly string[]): Promise<void> => {
  const { exitCode, stderr } = await runCli(environment, args);
  if (exitCode !== 0) throw new Error(`pgrow ${args.join(' ')}: exit code ${exitCode}\n${stderr}`);
};

beforeAll(async () => {
  mkdirSync(environment.PGROW_HOME, { mode: 0o700 });
  for (const name of ['.pgrow-prod.token', 'smtp.password'])
    writeFileSync(join(folder, name), 'pgrow_of_this_test\n', { mode: 0o600 });
  await pgrow('up');
});

afterAll(async () => {
  const { databases } = await readCli<{ databases: readonly { name: string }[] }>(environment, ['list']);
  for (const { name } of databases) await pgrow('destroy', name, '--confirm', name);
  await endControlPlane(environment.PGROW_HOME);
  rmSync(folder, { recursive: true });
});

test.each(walk)('$command', async ({ command, also = [], exits = 0, lose, comesLater, settles }) => {
  if (lose) await loseNode(lose);
  const args = [...(await filledIn(wordsOf(command))), ...also];
  const run = async () => {
    const { exitCode, stdout, stderr } = await runCli(environment, args);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(exits);
  };
  await (comesLater ? retryUntil(command, run, patienceMs) : run());
  if (settles) await settled();
});

const wordsOf = (command: string): readonly string[] => {
  const found = documented().find(({ words }) => words.join(' ') === command);
  if (!found) throw new Error(`The documentation has no command "./pgrow ${command}": take it out of the walk.`);
  return found.words;
};

/** What is different each time: identifiers, and where the reader's files are. */
const filledIn = (words: readonly string[]): Promise<readonly string[]> =>
  Promise.all(
    words.map(async (word) => {
      if (word === 'snap-2c67a9cc') return (await readFirst('snapshots', ['snapshots', 'shop'])).id;
      if (word === 'ID') return (await readFirst('tokens', ['tokens', 'list'])).id;
      if (word === 'smtp.password') return join(folder, word);
      return word.replace(/^~/, folder);
    }),
  );

const readFirst = async (list: string, args: readonly string[]): Promise<{ readonly id: string }> => {
  const [first] = (await readCli<Record<string, readonly { id: string }[]>>(environment, args))[list] ?? [];
  if (!first) throw new Error(`There are no ${list}`);
  return first;
};

interface StatusOfShop {
  readonly operation: object | null;
  readonly nodes: readonly { readonly name: string; readonly container: string }[];
}

const status = () => readCli<StatusOfShop>(environment, ['status', 'shop']);

const settled = () =>
  retryUntil('nothing to run on shop', async () => expect((await status()).operation).toBeNull(), patienceMs);

const loseNode = async (name: string): Promise<void> => {
  const node = (await status()).nodes.find((each) => each.name === name)!;
  await createDockerPlatform().removeContainer(node.container);
};

/** Each once, without the name of the program. */
const documented = () =>
  readPages()
    .filter(({ path }) => path !== 'CHANGELOG.md')
    .flatMap(commandsInBlocks)
    .filter(({ words: [program] }) => program === './pgrow')
    .map(({ page, words }) => ({ page, words: words.slice(1) }));

test('the walk has every command of the documentation', () => {
  const taken = new Set(walk.map(({ command }: Stop) => command));
  const isLeftOut = (text: string) => Object.keys(leftOut).some((start) => `${text} `.startsWith(`${start} `));
  const missing = documented()
    .map(({ page, words }) => ({ page, text: words.join(' ') }))
    .filter(({ text }) => !taken.has(text) && !isLeftOut(text));
  expect(missing).toEqual([]);
});
