import { setTimeout as delay } from 'node:timers/promises';
import type { OperationDocument } from '../domain/operation.ts';
import { expansionTargets, type ExpansionTarget } from '../domain/stage.ts';
import { parseEndpoint, type Endpoint } from '../workload/endpoint.ts';
import { startWorkload, type Workload } from '../workload/workload.ts';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath, servicesPath, type ApiClient } from './api-client.ts';
import type { StartedOperation } from './change.ts';
import { chooseConnectionString, readConnectionStrings, shownEndpoints } from './connection-strings.ts';
import type { DemoOperation, DemoReport } from './demo-report.ts';
import { expansionRequest } from './expansion-options.ts';
import { followOperation, reportOperation } from './follow-operation.ts';
import type { ControlPlaneStatus, StatusDocument } from './status-document.ts';

export interface RunDemo {
  readonly api: ApiClient;
  readonly addresses: { readonly api: string; readonly temporal_web: string | null };
  readonly clients: number;
  readonly say: (line: string) => void;
}

const database = 'demo';

/** Enough to see every stall to a few milliseconds, little enough to leave the machine to the expansion. */
const transactionsPerSecond = 400;
/** How long clients write before the first and after the last expansion, in milliseconds. */
const steadyMs = 2_000;
const longestDemoSeconds = 3_600;

/** Grows the database through all stages while clients write to it; stages reached before are left alone. */
export const runDemo = async (demo: RunDemo): Promise<DemoReport> => {
  const { api, addresses, clients, say } = demo;
  await ensureDatabase(demo);
  const endpoint = await bestEndpoint(api);
  const workload = await startWorkload({
    endpoint: () => endpoint,
    clients,
    maximumTransactionsPerSecond: transactionsPerSecond,
    maximumSeconds: longestDemoSeconds,
  });
  try {
    await workload.ready();
    say(`${clients} clients write to ${database}, up to ${transactionsPerSecond} transactions per second together.`);
    await delay(steadyMs);
    const operations = await expandAll(demo, workload);
    await delay(steadyMs);
    const { acknowledged, failed, lost } = await workload.stop();
    return {
      database,
      stage: (await readStatus(api)).stage,
      operations,
      transactions: { acknowledged, failed, lost },
      endpoints: shownEndpoints(await readConnectionStrings(api, database)),
      api: addresses.api,
      temporal_web: addresses.temporal_web,
    };
  } catch (error) {
    await workload.stop({ keepRows: true });
    throw error;
  }
};

const ensureDatabase = async ({ api }: RunDemo): Promise<void> => {
  const { databases } = await api.get<ControlPlaneStatus>('/v1/status');
  if (databases.some(({ name }) => name === database)) return;
  const started = await api.post<StartedOperation>(servicesPath(), { name: database });
  const created = await followOperation({ api, database, operationId: started.operation_id });
  reportOperation(created);
  if (created.status !== 'done') {
    throw new PgrowError('refused', `The demo needs its database, whose creation is ${created.status}.`);
  }
};

/** One expansion after the other, up to the first that does not end well. */
const expandAll = async (demo: RunDemo, workload: Workload): Promise<DemoOperation[]> => {
  const done: DemoOperation[] = [];
  for (const target of expansionTargets) {
    if (isReached(target, await readStatus(demo.api))) {
      demo.say(`${target}: reached already.`);
      continue;
    }
    const operation = await expandTo(demo, workload, target);
    done.push(operation);
    if (operation.status !== 'done') break;
  }
  return done;
};

const isReached = (target: ExpansionTarget, { stage, pooling }: StatusDocument): boolean => {
  switch (target) {
    case 'pooling':
      return pooling.enabled;
    case 'replicas':
      return stage >= 2;
    case 'ha':
      return stage >= 3;
    default:
      return target satisfies never;
  }
};

const expandTo = async ({ api, say }: RunDemo, workload: Workload, target: ExpansionTarget): Promise<DemoOperation> => {
  const { path, body } = expansionRequest({ to: target });
  workload.mark(target);
  const started = await api.post<StartedOperation>(postgresPath(database, path), body);
  const operation: OperationDocument = await followOperation({ api, database, operationId: started.operation_id });
  // The move to the new best endpoint belongs to the expansion: the application makes it.
  await workload.switchTo(await bestEndpoint(api));
  await workload.nextAcknowledgement();
  const { longest_stall_ms, failed, acknowledged } = workload.mark(`after ${target}`);
  reportOperation(operation);
  say(`Meanwhile ${acknowledged} transactions acknowledged, ${failed} failed, longest stall ${longest_stall_ms} ms.`);
  return { ...operation, longest_stall_ms, transactions_failed: failed };
};

const readStatus = (api: ApiClient): Promise<StatusDocument> =>
  api.get<StatusDocument>(postgresPath(database, 'status?fresh=true'));

const bestEndpoint = async (api: ApiClient): Promise<Endpoint> =>
  parseEndpoint(chooseConnectionString(database, await readConnectionStrings(api, database)));
