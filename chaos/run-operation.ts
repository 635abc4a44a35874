import { setTimeout as delay } from 'node:timers/promises';
import { postgresPath, type ApiClient } from '../src/cli/api-client.ts';
import type { StartedOperation } from '../src/cli/change.ts';
import type { StatusDocument } from '../src/cli/status-document.ts';
import type { Database } from '../src/domain/database.ts';
import { PgrowError } from '../src/domain/errors.ts';
import type { OperationDocument } from '../src/domain/operation.ts';
import { nodeNamed } from '../src/domain/topology.ts';
import type { ChaosOperation } from './operations.ts';
import type { Chaos } from './chaos.ts';
import { until } from './until.ts';

/** How long an operation may take, whatever happens to it. */
const limitMs = 300_000;
const acceptedMs = 60_000;

export interface Started {
  readonly id: string;
  /** Until it has ended, however. @throws when it has not in time */
  ended(): Promise<OperationDocument>;
  hasEnded(): boolean;
}

/** Null if there is none of that name. */
export const findDatabase = async ({ store }: Chaos, name: string): Promise<Database | null> =>
  until(`the record of ${name}`, 30_000, async () => ({ database: await store.readDatabase(name) })).then(
    ({ database }) => database,
  );

export const startOperation = async (chaos: Chaos, operation: ChaosOperation, name: string): Promise<Started> => {
  if (operation.closesFirst) await closeWindow(chaos, name);
  const id = await accepted(chaos.api, await requestOf(chaos, operation, name));
  let last: OperationDocument | null = null;
  const read = async (): Promise<OperationDocument | null> => {
    // By the store: the API has no path to the operations of a database that was destroyed.
    last = await chaos.store.readOperation(id).catch(() => last);
    return last !== null && last.status !== 'running' ? last : null;
  };
  const end = until(`the end of ${operation.name}`, limitMs, read).catch((error: unknown) => {
    const step = last?.steps.find(({ status }) => status === 'running');
    return { stuck: `${String(error)}; at "${step?.name ?? 'no step'}": ${step?.detail ?? ''}` };
  });
  return {
    id,
    ended: async () => {
      const outcome = await end;
      if ('stuck' in outcome) throw new Error(outcome.stuck);
      return outcome;
    },
    hasEnded: () => last !== null && last.status !== 'running',
  };
};

const closeWindow = async (chaos: Chaos, name: string): Promise<void> => {
  const database = await findDatabase(chaos, name);
  await until(`the rollback window of ${name} to close`, acceptedMs, async () => {
    if (database === null || (await chaos.store.readOpenCheckpoint(database.id)) === null) return true;
    await chaos.api.post(postgresPath(name, 'confirm'), {});
    return false;
  });
};

/** Removes what the operation is to make again, as an operator would by hand. What is gone already is fine. */
export const loseNodes = async (chaos: Chaos, { lost }: ChaosOperation, name: string): Promise<void> => {
  for (const node of lost ?? []) await loseNode(chaos, name, node);
};

const loseNode = async (chaos: Chaos, name: string, node: string): Promise<void> => {
  const database = await findDatabase(chaos, name);
  if (!database) throw new Error(`there is no database ${name}`);
  const { container, volume } = nodeNamed(database.topology, node);
  await chaos.platform.removeContainer(container);
  if (volume !== null) await chaos.platform.removeVolume(volume);
};

interface Request {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const requestOf = async (chaos: Chaos, operation: ChaosOperation, name: string): Promise<Request> => {
  const { method, path } = operation;
  if (operation.from === 'none') return { method, path: path(name), body: { name } };
  const database = await findDatabase(chaos, name);
  if (!database) throw new Error(`there is no database ${name}`);
  const { nodes } = await chaos.api.get<StatusDocument>(postgresPath(name, 'status'));
  const leader = nodes.find(({ role }) => role === 'primary')?.name ?? database.topology.primary;
  return { method, path: path(name), body: operation.body(database, leader) };
};

/** The operation before holds the database a moment longer than it is recorded as running. */
const accepted = async (api: ApiClient, { method, path, body }: Request): Promise<string> => {
  const deadline = performance.now() + acceptedMs;
  for (;;) {
    try {
      const { operation_id } = await (method === 'POST'
        ? api.post<StartedOperation>(path, body)
        : api.delete<StartedOperation>(path));
      return operation_id;
    } catch (error) {
      const busy = error instanceof PgrowError && error.code === 'operation_running';
      if (!busy || performance.now() > deadline) throw error;
      await delay(50);
    }
  }
};
