import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseUrlWith } from './database-url.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'pgrow-password-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const fileWith = (content: string): string => {
  const path = join(folder, 'password');
  writeFileSync(path, content);
  return path;
};

test('the password is the line of its file, whatever is in it', () => {
  const url = databaseUrlWith('postgresql://pgrow@db:5432/pgrow', fileWith('p@ss:/w?rd#%\n'));
  expect(decodeURIComponent(new URL(url).password)).toBe('p@ss:/w?rd#%');
  expect(url).toMatch(/^postgresql:\/\/pgrow:[^@]+@db:5432\/pgrow$/);
});

test('without a file the URL stays as it is', () => {
  expect(databaseUrlWith('postgresql://u:p@db/pgrow')).toBe('postgresql://u:p@db/pgrow');
});

test('two passwords are one too many, and neither is shown', () => {
  const read = (): unknown => databaseUrlWith('postgresql://u:hunter2@db/pgrow', fileWith('hunter3'));
  expect(read).toThrow('DATABASE_URL holds a password and PGROW_DATABASE_PASSWORD_FILE names another one.');
  expect(read).not.toThrow(/hunter/);
});

test('a file that is missing or empty is named', () => {
  expect(() => databaseUrlWith('postgresql://u@db/pgrow', '/nowhere/password')).toThrow(
    /ENOENT.*'\/nowhere\/password'/,
  );
  const empty = fileWith('\n');
  expect(() => databaseUrlWith('postgresql://u@db/pgrow', empty)).toThrow(
    `${empty} (PGROW_DATABASE_PASSWORD_FILE) is empty`,
  );
});
