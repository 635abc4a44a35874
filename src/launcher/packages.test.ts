import { expect, test } from 'vitest';
import { isDebianLike } from './packages.ts';

test.for([
  ['PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', true],
  ['ID=ubuntu\nID_LIKE=debian\n', true],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
  ['ID=fedora\nVARIANT="not debian"\n', false],
  ['', false],
] as const)('%j: %s', ([release, expected]) => {
  expect(isDebianLike(release)).toBe(expected);
});
