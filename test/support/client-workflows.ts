import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';

/** Workflows of our names that end as they are told to, for tests of the client. */

interface Input {
  readonly service_id: string;
  readonly operation_id?: string;
}

/** Waits; ends as done on `cutover`, as aborted on `abort`. Has no grace period to cut short. */
export const expand = async ({ service_id, operation_id }: Input): Promise<unknown> => {
  let told: 'done' | 'aborted' | null = null;
  const takes_effect = (message: 'done' | 'aborted') => {
    told = message;
    return { takes_effect: 'now' };
  };
  setHandler(defineSignal('switchover'), () => undefined);
  setHandler(defineUpdate('opened'), () => ({ operation_id }));
  setHandler(defineUpdate('cutover'), () => takes_effect('done'));
  setHandler(defineUpdate('abort'), () => takes_effect('aborted'));
  setHandler(defineUpdate('confirm'), () => undefined, {
    validator() {
      throw ApplicationFailure.create({ type: 'refused', message: 'expand of shop is not in a grace period.' });
    },
  });
  setHandler(defineQuery('progress'), () => ({ waiting_for: 'a signal', waits_for_message: 'cutover' }));
  await condition(() => told !== null);
  const document = { workflow_id: `pgrow/${service_id}`, steps: [], status: told };
  if (told === 'done') return document;
  throw ApplicationFailure.create({ type: 'aborted', message: 'called off', nonRetryable: true, details: [document] });
};

/** Says where it was asked to move to, once it was told to go ahead. */
export const switchover = async ({ target_node }: { readonly target_node?: string }): Promise<unknown> => {
  let told = false;
  setHandler(defineSignal('switchover'), () => void (told = true));
  await condition(() => told);
  return { status: 'done', asked: target_node ?? null };
};

/** Is refused before it begins. */
export const destroyDatabase = async (): Promise<never> => {
  const refusal = ApplicationFailure.create({
    type: 'image_missing',
    message: 'Image pgrow/postgres is missing.',
    nonRetryable: true,
    details: [[{ path: 'image', value: 'pgrow/postgres', allowed: 'one that is there' }]],
  });
  setHandler(defineUpdate('opened'), () => {
    throw refusal;
  });
  await condition(allHandlersFinished);
  throw refusal;
};

/** Fails the first task over and over, as when its worker dies over it. */
export const repair = async (): Promise<never> => {
  throw new Error('a fault in the workflow itself');
};

/** As in a version that could not be asked what it begins with. */
export const reinitialize = async (): Promise<unknown> => ({ status: 'done' });

/** Finds nothing wrong; reads `snap-slow` for as long as anybody waits, and knows no `snap-9`. */
export const verifySnapshot = async ({ snapshot }: { readonly snapshot: string }): Promise<unknown> => {
  if (snapshot === 'snap-slow') await condition(() => false);
  if (snapshot === 'snap-9')
    throw ApplicationFailure.create({ type: 'not_found', message: 'gone', nonRetryable: true });
  return { status: 'whole', found: [], duration_ms: 1 };
};

/** Stands for the checkpoint; says which one it closed. */
export const checkpoint = async (window: { readonly checkpoint: string }): Promise<string> => {
  let confirmed = false;
  let goesBack = false;
  setHandler(defineSignal('confirm'), () => void (confirmed = true));
  setHandler(
    defineUpdate('rollback'),
    () => {
      goesBack = true;
      return { takes_effect: 'now' };
    },
    {
      validator() {
        if (goesBack) throw ApplicationFailure.create({ type: 'refused', message: 'It goes back already.' });
      },
    },
  );
  await condition(() => confirmed);
  return window.checkpoint;
};

/** Has nothing to put back. */
export const putBackCutOff = async (): Promise<null> => null;

/** Is over at once, whatever it was given. */
export const deliverNotification = async (input: unknown): Promise<unknown> => input;
