import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSealingKeys, sealingKeysIn } from './sealing-keys.ts';

const [one, two] = [randomBytes(32), randomBytes(32)];
const line = (key: Buffer) => `${key.toString('base64')}\n`;

test('a file has one key, or two while it is being rotated', () => {
  expect(parseSealingKeys(line(one), 'secret.key')).toEqual([one]);
  expect(parseSealingKeys(line(two) + line(one), 'secret.key')).toEqual([two, one]);
});

test.each(['', 'too short\n', line(one) + line(randomBytes(16))])('what is no key is refused: %j', (text) => {
  expect(() => parseSealingKeys(text, '/home/secret.key')).toThrow('/home/secret.key is no key file');
});

test('a key that is rotated is there with the next use', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret.key');
  const keys = sealingKeysIn(path);
  expect(keys).toThrow('secret.key is gone');
  writeFileSync(path, line(one));
  expect(keys()).toEqual([one]);
  writeFileSync(path, line(two) + line(one));
  expect(keys()).toEqual([two, one]);
});
