import { expect, test } from 'vitest';
import { hasExited } from './exit-evidence.ts';

// A leader that the engine did not know was succeeded at once, although nothing had reported its end: while its container
// is moved, or on an engine that is the wrong one, it may still take writes.
test('a container that the engine does not know has not exited for that', () => {
  expect(hasExited(null, 'nothing reported')).toBe(false);
});

test('a container that was removed has exited where the engine reported its end', () => {
  expect(hasExited(null, 'exit reported')).toBe(true);
});

test('a container has exited once the engine shows it so, whether or not the report has arrived', () => {
  expect(hasExited({ running: false }, 'nothing reported')).toBe(true);
  expect(hasExited({ running: false }, 'exit reported')).toBe(true);
});

// Reports arrive late.
test('a container that runs again has not exited, whatever was reported before', () => {
  expect(hasExited({ running: true }, 'exit reported')).toBe(false);
});
