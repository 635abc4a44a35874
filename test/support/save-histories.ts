import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, type WorkflowExecutionInfo } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { readEnvironment } from '../../src/launcher/environment.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';

/**
 * `npm run histories`: saves the histories of the control plane of PGROW_HOME, for the replay test. One of each kind of
 * workflow, stages and ending is enough; the latest is taken.
 */

const folder = join(repositoryRoot, 'test', 'histories');
const { home, temporalAddress } = readEnvironment();
const ports = JSON.parse(readFileSync(join(home, 'ports.json'), 'utf8')) as { readonly temporal: number };
const connection = await Connection.connect({ address: temporalAddress ?? `127.0.0.1:${ports.temporal}` });
const client = new Client({ connection });

/** What belongs to the machine rather than to the workflow: who worked where, and where an error was thrown. */
const machineFields: Readonly<Record<string, unknown>> = {
  identity: 'worker',
  stackTrace: '',
  stickyAttributes: undefined,
  workerVersion: undefined,
  sdkMetadata: undefined,
};
/** The name of a worker's own task queue: process and host. */
const ownQueue = /^\d+@/;
const sanitise = (json: string): object =>
  JSON.parse(json, (key, value: unknown) => {
    if (typeof value === 'string' && ownQueue.test(value)) return 'worker';
    return key in machineFields ? machineFields[key] : value;
  }) as object;

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

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const saved = new Set<string>();
for await (const execution of client.workflow.list()) {
  if (execution.status.name === 'RUNNING') continue;
  const history = await client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory();
  const json = sanitise(historyToJSON(history));
  const name = nameOf(execution, json);
  if (saved.has(name)) continue;
  saved.add(name);
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ workflowId: execution.workflowId, history: json })}\n`,
  );
  process.stdout.write(`${name}\n`);
}
await connection.close();
