import { Client, Connection, type WorkflowExecutionInfo } from '@temporalio/client';
import { readSettings } from '../../src/launcher/settings.ts';
import { addHistory, readHistory } from './history-files.ts';

/**
 * `npm run histories`: adds histories of the control plane of PGROW_HOME to those of the replay test. One of each kind of
 * workflow, stages and ending is enough; the latest is taken, unless there is one.
 */

const { namespace, taskQueue: _queue, ...access } = readSettings().temporal;
const connection = await Connection.connect(access);
const client = new Client({ connection, namespace });

interface PlanInResult {
  readonly plan?: { readonly from: { readonly stage: number } | null; readonly to: { readonly stage: number } | null };
}

/** `expand-0-3-completed`, with the signals that came: the stages are told from the answer of the activity that plans. */
const nameOf = ({ type, status }: WorkflowExecutionInfo, history: object): string => {
  const text = JSON.stringify(history);
  const signals = [...text.matchAll(/"signalName":"(\w+)"/g)].map(([, signal]) => signal!);
  const plans = [...text.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)]
    .map(([, data = '']) => Buffer.from(data, 'base64').toString())
    .filter((payload) => payload.startsWith('{"plan":'))
    .map((payload) => (JSON.parse(payload) as Required<PlanInResult>).plan);
  const stages = plans.slice(0, 1).flatMap(({ from, to }) => [from?.stage ?? 'none', to?.stage ?? 'none']);
  return [type, ...stages, status.name.toLowerCase(), ...new Set(signals)].join('-');
};

for await (const execution of client.workflow.list()) {
  if (execution.status.name === 'RUNNING') continue;
  const history = await readHistory(client, execution.workflowId, execution.runId);
  addHistory(nameOf(execution, history), execution.workflowId, history);
}
await connection.close();
