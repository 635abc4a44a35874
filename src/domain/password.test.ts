import { expect, test } from 'vitest';
import { passwordProblem } from './password.ts';

test.each([
  [undefined, 'it is missing'],
  ['', 'it is empty'],
  ['x'.repeat(1024), 'it has 1024 characters, 1023 are allowed'],
  ['two\nlines', 'it has more than one line'],
  ['correct horse', null],
])('a password is refused without being shown: %s', (password, problem) => {
  expect(passwordProblem(password)).toBe(problem);
});
