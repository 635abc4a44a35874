import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readToken, tokenWarning } from './connect-to-api.ts';

let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'pgrow-token-'))));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (content: string): string => {
  const path = join(directory, 'token');
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

// PGROW_TOKEN_FILE, set for one control plane, went to the other without a word.
test('that a context named with the command is sent another token than its own is said', () => {
  const both = { name: 'prod', chosenBy: '--context', named: '/look.token', own: '/prod.token' } as const;
  expect(tokenWarning(both)).toBe(
    'Warning: the context prod is sent the token in /look.token, which PGROW_TOKEN_FILE names, and not its own in /prod.token.',
  );
  expect(tokenWarning({ ...both, chosenBy: 'config use' })).toBeNull();
  expect(tokenWarning({ ...both, named: undefined })).toBeNull();
  expect(tokenWarning({ ...both, own: null })).toBeNull();
});

test('a token is what its file holds, without the end of the line', () => {
  expect(readToken(file('pgrow_Ab-c_1\n'))).toBe('pgrow_Ab-c_1');
});

test('what is no token is refused, and not repeated', () => {
  expect(() => readToken(file('\n'))).toThrow('is empty');
  expect(() => readToken(file('one\ntwo'))).toThrow(/token holds more than a token\. Write into it/);
  expect(() => readToken(join(directory, 'absent'))).toThrow(/Cannot read the token: ENOENT.*absent/);
});
