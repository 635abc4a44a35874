import { WorkflowUpdateFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { failureFor } from '../client/application-failures.ts';
import { PgrowError } from '../domain/errors.ts';
import { refusedAfterStart } from './nexus-operations.ts';

// It was answered as started, or as what may pass, and Temporal then started it again and again.
test('what a workflow refuses fails its Nexus operation for good, also where its code may pass', () => {
  const refusal = failureFor(new PgrowError('docker_unavailable', 'Docker does not answer.'));
  expect(refusedAfterStart(new WorkflowUpdateFailedError('Workflow Update failed', refusal))).toMatchObject({
    type: 'BAD_REQUEST',
    message: 'docker_unavailable: Docker does not answer.',
    cause: { type: 'docker_unavailable', nonRetryable: true },
  });
  expect(refusedAfterStart(new PgrowError('held', 'It is held.'))).toMatchObject({ type: 'BAD_REQUEST' });
  expect(refusedAfterStart(new Error('no answer in time'))).toBeNull();
});
