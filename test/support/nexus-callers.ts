import {
  CancellationScope,
  condition,
  createNexusServiceClient,
  defineSignal,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import type { NexusOperationFailure } from '@temporalio/common';
import { HandlerError } from 'nexus-rpc';
import { failureOfNexus, pgrowService } from '../../src/client/nexus.ts';
import type { OperationInput } from '../../src/domain/inputs.ts';
import type { OperationDocument } from '../../src/domain/operation.ts';

/** Workflows of another team, in a namespace of its own: all they know of pgrow is the name of an endpoint. */

interface Call<W extends 'createDatabase' | 'expand' | 'setReplicas' | 'rollback'> {
  readonly endpoint: string;
  readonly operation: W;
  readonly input: OperationInput<W>;
}

type Outcome =
  | Pick<OperationDocument, 'type' | 'status' | 'to_stage'>
  | { readonly code: string; readonly path?: string; readonly handler?: string };

const outcomeOf = ({ type, status, to_stage }: OperationDocument): Outcome => ({ type, status, to_stage });

const outcomeOfFailure = (error: unknown): Outcome => {
  const failure = failureOfNexus(error);
  if (failure === null) throw error;
  if ('ended' in failure) return outcomeOf(failure.ended);
  const { code, problems } = failure.refused;
  const { cause } = error as NexusOperationFailure;
  const handler = cause instanceof HandlerError ? { handler: cause.type } : {};
  return { code, ...(problems[0] && { path: problems[0].path }), ...handler };
};

/** Calls one operation after the other, and says how each ended. */
export const callPgrow = async (calls: readonly Call<'expand'>[]): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const { endpoint, operation, input } of calls) {
    const pgrow = createNexusServiceClient({ endpoint, service: pgrowService });
    const limits = { scheduleToCloseTimeout: '5m' } as const;
    outcomes.push(await pgrow.executeOperation(operation, input, limits).then(outcomeOf).catch(outcomeOfFailure));
  }
  return outcomes;
};

/** Calls one, and cancels it on a signal. */
export const callAndCancel = async ({ endpoint, operation, input }: Call<'expand'>): Promise<Outcome | 'cancelled'> => {
  let isCancelled = false;
  setHandler(defineSignal('cancel'), () => void (isCancelled = true));
  const scope = new CancellationScope();
  const pgrow = createNexusServiceClient({ endpoint, service: pgrowService });
  const outcome = scope.run(async () => {
    const handle = await pgrow.startOperation(operation, input, { cancellationType: 'WAIT_CANCELLATION_COMPLETED' });
    return handle.result();
  });
  await condition(() => isCancelled);
  scope.cancel();
  try {
    return outcomeOf(await outcome);
  } catch (error) {
    return isCancellation(error) ? 'cancelled' : outcomeOfFailure(error);
  }
};
