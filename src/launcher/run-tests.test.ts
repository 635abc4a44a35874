import { expect, test } from 'vitest';
import { countResults } from './run-tests.ts';

test('tests are counted, and a file that cannot be loaded is a failure', () => {
  const report = {
    numPassedTests: 12,
    numFailedTests: 1,
    testResults: [
      { status: 'passed', assertionResults: [{}] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'failed', assertionResults: [] },
    ],
  };
  expect(countResults(report)).toEqual({ passed: 12, failed: 2 });
});

test('without a report nothing has passed', () => {
  expect(countResults(null)).toEqual({ passed: 0, failed: 0 });
});
