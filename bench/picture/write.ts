import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../machine.ts';
import { transactionsPerSecond, writerCount } from '../writers.ts';
import { drawPicture } from './draw.ts';
import { panelOf } from './panels.ts';
import { panelSpecs, type Trace } from './traces.ts';

/** Returns the path of the file. */
export const writePicture = (directory: string, machine: Machine, traces: readonly Trace[]): string => {
  const path = join(directory, 'moves.svg');
  const { cores, memory_gb, postgres } = machine;
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    path,
    drawPicture({
      title: `What clients see of a change of the leader, on ${cores} cores and ${Math.round(memory_gb)} GB`,
      subtitle: `${writerCount} clients through PgBouncer, at most ${transactionsPerSecond} transactions/s, PostgreSQL ${postgres.split(' ')[0]}; each dot is a transaction; gap: between two acknowledgements`,
      panels: panelSpecs.map((spec) => panelOf(spec, traces)),
    }),
  );
  return path;
};
