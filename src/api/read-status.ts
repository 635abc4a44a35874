import type { Database } from '../domain/database.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { statusDocument, type Seen } from '../domain/status.ts';
import { readAcceptedOf } from './accepted.ts';
import type { ApiDependencies } from './dependencies.ts';

type StatusDependencies = Pick<ApiDependencies, 'store' | 'client'>;

/** A database with everything that is known of it, as its nodes were seen. */
export const readStatus = async (dependencies: StatusDependencies, database: Database, seen: Seen) => {
  const { store } = dependencies;
  const [operation, last, checkpoints] = await Promise.all([
    readPresentOperation(dependencies, database),
    store.readLastOperation(database.id),
    store.listCheckpoints(database.id),
  ]);
  // That of an operation which runs begins when it is done.
  const checkpoint = checkpoints.find(
    ({ status, operation_id }) => status === 'open' && operation_id !== operation?.id,
  );
  return statusDocument({ database, seen, operation, last, checkpoint: checkpoint ?? null });
};

/** That runs, or is accepted and waits for a worker. */
const readPresentOperation = async (dependencies: StatusDependencies, { id, project }: Database) => {
  const running = await dependencies.store.readRunningOperation(id);
  if (running) return { ...running, waiting_for: running.waiting_for ?? (await whyItIsStuck(dependencies, running)) };
  const accepted = await readAcceptedOf(dependencies, project, id);
  return accepted?.status === 'running' ? accepted : null;
};

/** Of one whose workflow was ended in Temporal by hand, or lost with it: null if it runs. */
const whyItIsStuck = async ({ client }: StatusDependencies, { service_id, run_id, database }: OperationDocument) => {
  const how = run_id && (await client.howEnded(service_id, run_id).catch(() => null));
  return how
    ? `the next operation, which undoes or resumes it: its workflow is ${how}. See ./pgrow doctor, ./pgrow operations ${database}`
    : null;
};
