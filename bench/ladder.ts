import { expansionTargets, type ExpansionTarget } from '../src/domain/stage.ts';
import type { Bench } from './bench.ts';
import type { OperationFigure, Round } from './figures.ts';
import { fill } from './filler.ts';
import { createDatabase, destroyDatabase, endpointOf, expandDatabase } from './operation.ts';
import { startWriters, type Writers } from './writers.ts';

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
    const writers = await startWriters(() => direct);
    const climbed = await climb(bench, round, database, writers);
    return [{ ...created, clients: null }, ...climbed];
  } finally {
    await destroyDatabase({ ...bench, signal: new AbortController().signal }, database);
  }
};

const climb = async (bench: Bench, round: Round, database: string, writers: Writers): Promise<OperationFigure[]> => {
  const measured: Omit<OperationFigure, never>[] = [];
  try {
    await writers.ready();
    let endpoint = 'postgres';
    for (const operation of [...expansionTargets, 'rollback'] as const) {
      writers.begin(operation);
      const figure = await expandDatabase(bench, round, { operation, database, ...requests[operation] });
      // A stall that is not over yet belongs to the operation as well.
      await writers.nextAcknowledgement();
      measured.push({ ...figure, clients: { endpoint, ...writers.end(operation), lost: null } });
      if (operation === 'pooling') await writers.switchTo(await endpointOf(bench, database, 'pooled'));
      endpoint = 'pooled';
    }
  } catch (error) {
    await writers.stop({ keepRows: true });
    throw error;
  }
  const { lost } = await writers.stop();
  return measured.map((figure) => ({ ...figure, clients: figure.clients && { ...figure.clients, lost } }));
};
