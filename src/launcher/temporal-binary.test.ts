import { expect, test } from 'vitest';
import { isUsable } from './temporal-binary.ts';

test.for([
  ['temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)', true],
  ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', true],
  ['temporal version 1.4.9 (Server 1.28.0, UI 2.40.0)', false],
  ['temporal version 0.13.0 (server 1.24.0)', false],
  ['temporal version 2.0.0 (Server 2.0.0)', true],
  ['', false],
] as const)('%s: usable %s', ([line, usable]) => {
  expect(isUsable(line)).toBe(usable);
});
