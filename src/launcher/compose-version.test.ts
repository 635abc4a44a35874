import { expect, test } from 'vitest';
import { isUsableCompose } from './compose-version.ts';

// Version 1 and early plugins fail at the file with an error about its syntax, which helps no one.
test.for([
  ['2.40.3\n', true],
  ['v2.20.0-desktop.1', true],
  ['5.0.1', true],
  ['2.19.1', false],
  ['1.29.2', false],
  ['', false],
] as const)('a Compose that says %j is used: %j', ([version, used]) => {
  expect(isUsableCompose(version)).toBe(used);
});
