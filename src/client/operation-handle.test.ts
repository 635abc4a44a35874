import { expect, test } from 'vitest';
import { PgrowError } from '../domain/errors.ts';
import { operationHandle } from './operation-handle.ts';
import type { TemporalCalls } from './temporal-calls.ts';

// A restart of Temporal ended it, and the caller took the operation for lost.
test('an operation is followed over an absence of Temporal, and the same progress is shown once', async () => {
  const away = new PgrowError('temporal_unavailable', 'Temporal does not answer.');
  const answers = [
    { status: 'RUNNING', progress: 'planned' },
    { status: away, progress: away },
    { status: 'RUNNING', progress: 'planned' },
    { status: 'COMPLETED', progress: 'done' },
  ];
  let at = -1;
  const answer = <T>(value: T | Error): T => {
    if (value instanceof Error) throw value;
    return value;
  };
  const handle = {
    describe: async () => ({ status: { name: answer(answers[++at]!.status) } }),
    query: async () => answer(answers[at]!.progress),
  };
  const calls = {
    client: { workflow: { getHandle: () => handle } },
    call: async (action: () => unknown) => action(),
    briefly: async (action: () => unknown) => action(),
  } as unknown as TemporalCalls;
  const ids = { service_id: 'shop', operation_id: null, workflow_id: 'pgrow/shop/operation', run_id: 'run' };
  expect(await Array.fromAsync(operationHandle(calls, ids).follow({ everyMs: 0 }))).toEqual(['planned', 'done']);
  expect(at).toBe(3);
});
