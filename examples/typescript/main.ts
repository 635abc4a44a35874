import { connectToPgrow, OperationFailed, PgrowError, type Operation } from 'pgrow/client';

/** node main.ts SERVICE_ID expand|scaleDown TARGET: moves a database, and decides itself when writes are held. */

const [service_id = '', workflow = 'expand', target = 'ha'] = process.argv.slice(2);
const actor = 'example-typescript';
const options = { cutover: 'on_signal', cutover_deadline: 600 } as const;

const pgrow = connectToPgrow({
  address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
  namespace: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
  taskQueue: process.env['PGROW_TASK_QUEUE'] ?? 'pgrow',
});

/** What does not fit is refused before anything is touched, with a code that stays. */
const askForTheImpossible = async (): Promise<void> => {
  try {
    const operation = await pgrow.start('switchover', { service_id, target_node: 'postgres-99', actor });
    await operation.result();
  } catch (error) {
    // What may pass, such as a Temporal that is away, is no refusal.
    if (!(error instanceof PgrowError) || error.retryable) throw error;
    console.log(`refused: ${error.code}: ${error.message}`);
  }
};

const begin = (): Promise<Operation> =>
  workflow === 'expand'
    ? pgrow.start('expand', { service_id, target: target as 'ha', options, actor })
    : pgrow.start('scaleDown', {
        service_id,
        target: target as 'single',
        grace_period: 0,
        confirm: true,
        options,
        actor,
      });

const follow = async (operation: Operation): Promise<void> => {
  for await (const { steps, waiting_for, waits_for_message } of operation.follow()) {
    console.log(`${steps.filter(({ status }) => status === 'done').length} of ${steps.length}`, waiting_for ?? '');
    // The new side is ready and follows the old one. A real service would wait here for a quiet moment.
    if (waits_for_message === 'cutover') console.log('cut over:', (await operation.cutover({ actor })).takes_effect);
  }
};

try {
  await askForTheImpossible();
  const operation = await begin();
  console.log(`started ${operation.operation_id}`);
  await follow(operation);
  const { type, status, from_stage, to_stage, stall_ms } = await operation.result();
  console.log(`${status}: ${type} from stage ${from_stage} to ${to_stage}, writes held for ${stall_ms} ms`);
} catch (error) {
  process.exitCode = 1;
  if (error instanceof PgrowError) console.error(`refused: ${error.code}: ${error.message}`);
  else if (error instanceof OperationFailed) console.error(`${error.operation.status}: ${error.message}`);
  else throw error;
} finally {
  await pgrow.close();
}
