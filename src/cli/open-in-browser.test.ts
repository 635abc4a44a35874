import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openInBrowser } from './open-in-browser.ts';

const link = 'http://127.0.0.1:21098/signin#ticket=t-1';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-web-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const opener = (script: string) => {
  const path = join(folder, 'opener');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return (name: string) => (name === 'xdg-open' ? path : null);
};

test('the ticket is not among the arguments of the browser, and only its user can read the file that has it', async () => {
  const find = opener(`printf '%s\\n' "$@" > ${join(folder, 'arguments')}`);
  expect(await openInBrowser(link, { folder, find })).toBeNull();
  const [file, ...more] = readFileSync(join(folder, 'arguments'), 'utf8').trim().split('\n');
  expect([file, more]).toEqual([join(folder, 'web.html'), []]);
  expect(statSync(file ?? '').mode & 0o777).toBe(0o600);
  expect(readFileSync(file ?? '', 'utf8')).toContain(link);
});

test('where no browser opens it is said why', async () => {
  expect(await openInBrowser(link, { folder, find: opener('exit 3') })).toMatch(/opener ended with 3$/);
  expect(await openInBrowser(link, { folder, find: () => null })).toBe('there is none of xdg-open, wslview, open');
  expect(await openInBrowser(link, { folder: join(folder, 'gone'), find: opener('') })).toContain('ENOENT');
  expect(existsSync(join(folder, 'gone'))).toBe(false);
});
