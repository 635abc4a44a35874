import { expansionTargets, type ExpansionTarget } from '../src/domain/stage.ts';
import { startWorkload, type Workload } from '../src/workload/workload.ts';
import type { Bench } from './bench.ts';
import type { OperationFigure, Round } from './figures.ts';
import { fill } from './filler.ts';
import { createDatabase, destroyDatabase, endpointOf, expandDatabase } from './operation.ts';

const clients = 8;
/** Enough to see every stall to a few milliseconds, little enough to leave the machine to the expansion. */
const transactionsPerSecond = 400;

const requests: Readonly<Record<ExpansionTarget | 'rollback', { readonly path: string; readonly body: object }>> = {
  pooling: { path: 'pooling', body: { enabled: true } },
  replicas: { path: 'replicas', body: { count: 1 } },
  ha: { path: 'ha', body: { enabled: true } },
  rollback: { path: 'rollback', body: {} },
};

/**
 * One stage after the other, and back from the last, while clients write: directly while pooling comes, from then on through PgBouncer. Failed
 * transactions are counted to the expansion during which they failed.
 */
export const measureLadder = async (bench: Bench, round: Round): Promise<readonly OperationFigure[]> => {
  const database = `ladder-${round.repetition}`;
  const created = await createDatabase(bench, round, database);
  try {
    const direct = await endpointOf(bench, database, 'postgres');
    if (round.size !== 'empty') await fill(bench, database);
    const workload = await startWorkload({
      endpoint: () => direct,
      clients,
      maximumTransactionsPerSecond: transactionsPerSecond,
      statements: 'transaction',
    });
    const climbed = await climb(bench, round, database, workload);
    return [{ ...created, clients: null }, ...climbed];
  } finally {
    await destroyDatabase({ ...bench, signal: new AbortController().signal }, database);
  }
};

const climb = async (bench: Bench, round: Round, database: string, workload: Workload): Promise<OperationFigure[]> => {
  const measured: Omit<OperationFigure, never>[] = [];
  try {
    await workload.ready();
    let endpoint = 'postgres';
    for (const operation of [...expansionTargets, 'rollback'] as const) {
      workload.mark(operation);
      const figure = await expandDatabase(bench, round, { operation, database, ...requests[operation] });
      // A stall that is not over yet belongs to the operation as well.
      await workload.nextAcknowledgement();
      const { longest_stall_ms, acknowledged, failed } = workload.mark(`after ${operation}`);
      measured.push({ ...figure, clients: { endpoint, longest_stall_ms, acknowledged, failed, lost: null } });
      if (operation === 'pooling') await workload.switchTo(await endpointOf(bench, database, 'pooled'));
      endpoint = 'pooled';
    }
  } catch (error) {
    await workload.stop({ keepRows: true });
    throw error;
  }
  const { lost } = await workload.stop();
  return measured.map((figure) => ({ ...figure, clients: figure.clients && { ...figure.clients, lost } }));
};
