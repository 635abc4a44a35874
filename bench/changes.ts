import { postgresPath } from '../src/cli/api-client.ts';
import type { StartedOperation } from '../src/cli/change.ts';
import type { EndpointName } from '../src/domain/endpoints.ts';
import type { ExpansionTarget } from '../src/domain/stage.ts';
import type { Bench } from './bench.ts';
import type { OperationFigure, OperationName } from './figures.ts';
import { measureMove, withLosses, type MeasuredMove } from './measure-move.ts';
import { createDatabase, destroyDatabase, endpointOf, expandDatabase, measureOperation } from './operation.ts';
import { closeWindow, untilHealthy } from './settled.ts';
import { startWriters } from './writers.ts';

interface At {
  readonly operation: OperationName;
  readonly endpoint: EndpointName;
  /** How it comes there from the one before. */
  readonly climb: { readonly operation: ExpansionTarget; readonly path: string; readonly body: object } | null;
}

const stages: readonly At[] = [
  { operation: 'change_single', endpoint: 'postgres', climb: null },
  {
    operation: 'change_pooling',
    endpoint: 'pooled',
    climb: { operation: 'pooling', path: 'pooling', body: { enabled: true } },
  },
  {
    operation: 'change_replicas',
    endpoint: 'pooled',
    climb: { operation: 'replicas', path: 'replicas', body: { count: 1 } },
  },
  { operation: 'change_ha', endpoint: 'pooled', climb: { operation: 'ha', path: 'ha', body: { enabled: true } } },
];

/** A setting for which a server has to be started again, at each stage of one database while clients write. */
export const measureChanges = async (
  bench: Bench,
  { repeat }: { readonly repeat: number },
): Promise<readonly OperationFigure[]> => {
  const name = 'changes';
  const round = { size: 'empty', repetition: 1 } as const;
  await createDatabase(bench, round, name);
  try {
    const figures: OperationFigure[] = [];
    for (const stage of stages) {
      if (stage.climb) {
        await expandDatabase(bench, round, { database: name, ...stage.climb });
        await closeWindow(bench, name);
      }
      figures.push(...(await changeRepeatedly(bench, name, stage, { repeat, done: figures.length })));
    }
    return figures;
  } finally {
    await destroyDatabase({ ...bench, signal: new AbortController().signal }, name);
  }
};

const changeRepeatedly = async (
  bench: Bench,
  name: string,
  { operation, endpoint }: At,
  { repeat, done }: { readonly repeat: number; readonly done: number },
): Promise<readonly OperationFigure[]> => {
  const address = await endpointOf(bench, name, endpoint);
  const measured: MeasuredMove[] = [];
  const writers = await startWriters(() => address);
  try {
    await writers.ready();
    for (let repetition = 1; repetition <= repeat; repetition += 1) {
      // Always another value than the one before, also than the last at the stage below.
      const settings = { shared_buffers: (done + repetition) % 2 === 1 ? '200MB' : '208MB' };
      const move = async () => {
        const began_at = performance.now();
        const start = () => bench.api.post<StartedOperation>(postgresPath(name, 'change'), { settings });
        return {
          ...(await measureOperation(bench, { size: 'empty', repetition, operation, database: name, start })),
          began_at,
        };
      };
      const settle = async (): Promise<void> => {
        await closeWindow(bench, name);
        await untilHealthy(bench, name);
      };
      measured.push(
        await measureMove({ bench, writers, operation, repetition, traced: false, endpoint, move, settle }),
      );
    }
  } catch (error) {
    await writers.stop({ keepRows: true });
    throw error;
  }
  const { lost } = await writers.stop();
  return withLosses(measured, lost);
};
