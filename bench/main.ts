import { writeFileSync } from 'node:fs';
import { startControlPlane } from './control-plane.ts';
import { readMachine } from './machine.ts';
import { measureChanges } from './changes.ts';
import { measureFloors } from './floors.ts';
import { measureJump } from './jump.ts';
import { measureLadder } from './ladder.ts';
import { measureMoves } from './moves.ts';
import { measurePgAutoFailover } from './pg-auto-failover/measure.ts';
import type { Trace } from './picture/traces.ts';
import { writePicture } from './picture/write.ts';
import { readOptions, sizes, type BenchOptions, type Size } from './options.ts';
import { reportText } from './report-text.ts';
import { summarize } from './summary.ts';
import { compareWithTargets } from './targets.ts';
import type { FloorFigure, OperationFigure } from './figures.ts';
import type { Bench } from './bench.ts';

/** `npm run bench`: the figures, on a control plane of its own that is removed at the end. */
const run = async (options: BenchOptions): Promise<void> => {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());
  const controlPlane = await startControlPlane({ progress: say });
  try {
    const bench: Bench = { ...controlPlane, say, signal: interrupted.signal };
    const { traces, ...measured } = await measureAll(bench, options);
    const summary = summarize(measured);
    const targets = compareWithTargets(summary);
    const machine = await readMachine(bench);
    for (const line of reportText({ machine, repetitions: options.repeat, summary, targets }))
      process.stdout.write(`${line}\n`);
    if (options.json !== null) {
      const document = { machine, options: { repeat: options.repeat, size: options.size }, summary, targets, measured };
      writeFileSync(options.json, `${JSON.stringify(document, null, 2)}\n`);
    }
    if (options.picture !== null) say(`Drawn: ${writePicture(options.picture, machine, traces)}`);
  } finally {
    await controlPlane.remove();
  }
};

const measureAll = async (bench: Bench, { repeat, size, stages, moves, changes, peer, picture }: BenchOptions) => {
  const traces: Trace[] = [];
  const operations: OperationFigure[] = [];
  const floors: FloorFigure[] = [];
  const wanted: readonly Size[] = !stages ? [] : size === 'both' ? sizes : [size];
  for (const each of wanted) {
    for (let repetition = 1; repetition <= repeat; repetition += 1) {
      const round = { size: each, repetition };
      say(`${each}, repetition ${repetition} of ${repeat}`);
      const ladder = await measureLadder(bench, round);
      operations.push(...ladder);
      const jump = await measureJump(bench, round, (database) => measureFloors(bench, round, database));
      operations.push(jump.operation);
      floors.push(...jump.floors);
    }
  }
  if (moves) {
    const measured = await measureMoves(bench, { repeat, traced: picture !== null });
    operations.push(...measured.operations);
    traces.push(...measured.traces);
  }
  if (changes) operations.push(...(await measureChanges(bench, { repeat })));
  if (peer) operations.push(...(await measurePgAutoFailover(bench, repeat)));
  return { operations, floors, traces };
};

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

await run(readOptions(process.argv.slice(2)));
