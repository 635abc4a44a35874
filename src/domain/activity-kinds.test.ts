import { expect, test } from 'vitest';
import { attemptLimitSeconds, stepKinds, aroundKinds } from './activity-kinds.ts';
import { operationOptions } from './options.ts';
import { followProgress } from './wait-progress.ts';

const usual = operationOptions.parse({}).checkpoint_timeout;

// Every activity had seven days for one attempt, the removal of a slot as well: one that hung was not tried again.
test('what only asks the record or acts is tried again within the hour', () => {
  expect(stepKinds.removeReplicationSlot).toBe('act');
  expect(aroundKinds.readStanding).toBe('read');
  for (const kind of ['read', 'act'] as const) expect(attemptLimitSeconds(kind, 86_400)).toBeLessThanOrEqual(3600);
});

test.each([60, usual, 86_400])('a wait with a patience of %i s ends by its patience, not by the limit', (patience) => {
  const measured = followProgress();
  measured.see({ text: 'copying', remaining: 1 }, 0);
  expect(attemptLimitSeconds('wait', patience)).toBeGreaterThan(2 * measured.longest(patience));
});
