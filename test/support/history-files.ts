import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { repositoryRoot } from '../../src/launcher/paths.ts';

const folder = join(repositoryRoot, 'test', 'histories');

/** What belongs to the machine rather than to the workflow: who worked where, and where an error was thrown. */
const machineFields: Readonly<Record<string, unknown>> = {
  identity: 'worker',
  stackTrace: '',
  stickyAttributes: undefined,
  workerVersion: undefined,
};
/** The name of a worker's own task queue: process and host. */
const ownQueue = /^(pgrow-worker \w+ )?\d+@/;
const sanitise = (json: string): object =>
  JSON.parse(json, (key, value: unknown) => {
    if (typeof value === 'string' && ownQueue.test(value)) return 'worker';
    return key in machineFields ? machineFields[key] : value;
  }) as object;

/** One run, as the replay test reads it. */
export const readHistory = async (client: Client, workflowId: string, runId?: string): Promise<object> =>
  sanitise(historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory()));

/** Adds a history of that name. One that is there stays: it shows what running workflows of an earlier pgrow need. */
export const addHistory = (name: string, workflowId: string, history: object): void => {
  const file = join(folder, `${name}.json`);
  if (existsSync(file)) return;
  writeFileSync(file, `${JSON.stringify({ workflowId, history })}\n`);
  process.stdout.write(`${name}\n`);
};
