import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { alignColumns } from '../src/cli/table.ts';
import { allCases, type ChaosCase } from './cases.ts';
import { openChaos } from './chaos.ts';
import { choose, readOptions, type ChaosOptions } from './options.ts';
import { faultTable, held, resultTable, summaryLine, violationLines } from './report.ts';
import type { CaseResult } from './run-case.ts';
import { walk } from './walk.ts';

/** `npm run chaos`: every operation, every fault, every moment, on a control plane of its own that is removed at the end. */
const run = async (options: ChaosOptions): Promise<void> => {
  const chosen = choose(allCases(), options);
  if (options.list) return list(chosen);
  const kept = options.resume ? readKept(options.json).filter(held) : [];
  const results: CaseResult[] = [...kept];
  const isKept = ({ id }: ChaosCase): boolean => kept.some((result) => result.id === id);
  const cases = chosen.filter((it) => !isKept(it));
  let enough = false;
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => (enough = true));
  const deadline = options.minutes === null ? Infinity : performance.now() + options.minutes * 60_000;

  const chaos = await openChaos(say);
  const onResult = (result: CaseResult): void => {
    results.push(result);
    say(
      `${results.length - kept.length} of ${cases.length}: ${result.id}: ${result.ended}, ${held(result) ? 'held' : 'DID NOT HOLD'}`,
    );
    for (const line of violationLines([result])) if (line !== '') say(line);
    if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  };
  try {
    const mayGoOn = (): boolean => !enough && performance.now() < deadline;
    const needsSmallDisk = ({ fault, role }: ChaosCase): boolean => fault === 'disk' && role === 'from';
    const isLast = ({ fault }: ChaosCase): boolean => fault === 'engine';
    const others = cases.filter((it) => !needsSmallDisk(it) && !isLast(it));
    await walk(chaos, { cases: others, onResult, mayGoOn });
    await walk(chaos, { cases: cases.filter(needsSmallDisk), onResult, mayGoOn, onSmallDisks: true });
    await walk(chaos, { cases: cases.filter(isLast), onResult, mayGoOn });
  } finally {
    await chaos.remove();
  }
  const left = chosen.length - results.length;
  for (const line of [
    ...resultTable(results),
    ...violationLines(results),
    '',
    ...faultTable(results),
    '',
    summaryLine(results, left),
  ])
    print(line);
  if (!results.every(held)) process.exitCode = 1;
};

const list = (cases: readonly ChaosCase[]): void => {
  const rows = cases.map(({ operation, step, fault, role, moment, id }) => [
    operation,
    step,
    role ? `${fault} (${role})` : fault,
    moment,
    id,
  ]);
  for (const line of alignColumns([['OPERATION', 'STEP', 'FAULT', 'MOMENT', 'CASE'], ...rows])) print(line);
  print(`${cases.length} cases`);
};

const readKept = (file: string | null): readonly CaseResult[] =>
  file === null || !existsSync(file) ? [] : (JSON.parse(readFileSync(file, 'utf8')) as CaseResult[]);

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

// `npm run chaos -- --list | head` ends early, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await run(readOptions(process.argv.slice(2)));
