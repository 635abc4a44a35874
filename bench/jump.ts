import type { Bench } from './bench.ts';
import type { FloorFigure, OperationFigure, Round } from './figures.ts';
import { fill } from './filler.ts';
import { createDatabase, destroyDatabase, expandDatabase } from './operation.ts';

export interface Jump {
  readonly operation: OperationFigure;
  readonly floors: readonly FloorFigure[];
}

/**
 * From a single instance to high availability in one operation, no one connected: the bare floor, measured on the same
 * database just before, has no clients either.
 */
export const measureJump = async (
  bench: Bench,
  round: Round,
  measureFloors: (database: string) => Promise<readonly FloorFigure[]>,
): Promise<Jump> => {
  const database = `jump-${round.repetition}`;
  await createDatabase(bench, round, database);
  try {
    if (round.size !== 'empty') await fill(bench, database);
    const floors = await measureFloors(database);
    const figure = await expandDatabase(bench, round, {
      operation: 'jump',
      database,
      path: 'ha',
      body: { enabled: true },
    });
    return { operation: { ...figure, clients: null }, floors };
  } finally {
    await destroyDatabase({ ...bench, signal: new AbortController().signal }, database);
  }
};
