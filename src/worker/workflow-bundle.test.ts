import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ensureWorkflowBundle } from './workflow-bundle.ts';

const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'pgrow-bundle-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
};

test('a worker that starts again bundles nothing', async () => {
  const directory = newDirectory();
  const { codePath } = await ensureWorkflowBundle(directory, 'plain', async (file) => writeFileSync(file, 'code'));
  const again = await ensureWorkflowBundle(directory, 'plain', () => Promise.reject(new Error('bundled again')));
  expect(again).toEqual({ codePath });
});

test('what earlier sources were bundled into goes', async () => {
  const directory = newDirectory();
  writeFileSync(join(directory, 'workflows-plain-0000000000000000.js'), 'old');
  const { codePath } = await ensureWorkflowBundle(directory, 'plain', async (file) => writeFileSync(file, 'code'));
  expect(readdirSync(directory).map((name) => join(directory, name))).toEqual([codePath]);
});

test('a bundler that fails leaves nothing that would be taken for a bundle', async () => {
  const directory = newDirectory();
  await expect(ensureWorkflowBundle(directory, 'plain', () => Promise.reject(new Error('no memory')))).rejects.toThrow(
    'no memory',
  );
  expect(existsSync(directory) && readdirSync(directory)).toEqual([]);
});
