import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readToken } from './connect-to-api.ts';

let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'pgrow-token-'))));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (content: string): string => {
  const path = join(directory, 'token');
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

test('a token is what its file holds, without the end of the line', () => {
  expect(readToken(file('pgrow_Ab-c_1\n'))).toBe('pgrow_Ab-c_1');
});

test('what is no token is refused, and not repeated', () => {
  expect(() => readToken(file('\n'))).toThrow('is empty');
  expect(() => readToken(file('one\ntwo'))).toThrow(/token holds more than a token\. Write into it/);
  expect(() => readToken(join(directory, 'absent'))).toThrow(/Cannot read the token: ENOENT.*absent/);
});
