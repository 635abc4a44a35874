import { alignColumns } from '../src/cli/table.ts';
import type { CaseResult } from './run-case.ts';

export const resultTable = (results: readonly CaseResult[]): readonly string[] =>
  alignColumns([
    ['OPERATION', 'STEP', 'FAULT', 'MOMENT', 'ENDED', 'LEFT OVER', 'LOST', 'FAILED', 'STALL (ms)', 'TIME (s)', 'HELD'],
    ...results.map((result) => [
      result.operation,
      result.step,
      result.fault,
      result.moment,
      result.ended,
      String(result.leftovers.length),
      number(result.lost),
      number(result.failed),
      number(result.longest_stall_ms),
      result.seconds.toFixed(1),
      held(result) ? 'yes' : 'NO',
    ]),
  ]);

/** One line for each fault: what the table of all cases comes to. */
export const faultTable = (results: readonly CaseResult[]): readonly string[] =>
  alignColumns([
    ['FAULT', 'CASES', 'DONE', 'ROLLED BACK', 'ABORTED', 'DID NOT HOLD', 'LEFT OVER', 'LOST', 'LONGEST STALL (ms)'],
    ...[...Map.groupBy(results, ({ fault }) => fault.replace(/ .*/, '')), ['all', results] as const].map(
      ([fault, cases]) => [
        fault,
        ...[
          cases.length,
          ...(['done', 'rolled_back', 'aborted'] as const).map(
            (status) => cases.filter(({ ended }) => ended === status).length,
          ),
          cases.filter((result) => !held(result)).length,
          sum(cases.map(({ leftovers }) => leftovers.length)),
          sum(cases.map(({ lost }) => lost ?? 0)),
          Math.round(Math.max(0, ...cases.map(({ longest_stall_ms: stall }) => stall ?? 0))),
        ].map(String),
      ],
    ),
  ]);

export const violationLines = (results: readonly CaseResult[]): readonly string[] =>
  results
    .filter((result) => !held(result))
    .flatMap(({ id, violations }) => ['', id, ...violations.map((violation) => `  ${violation}`)]);

export const summaryLine = (results: readonly CaseResult[], left: number): string => {
  const lost = sum(results.map((result) => result.lost ?? 0));
  const acknowledged = sum(results.map((result) => result.acknowledged ?? 0));
  const broken = results.filter((result) => !held(result)).length;
  return `${results.length} cases, ${broken} did not hold, ${left} not run; ${acknowledged} writes acknowledged, ${lost} lost`;
};

export const held = ({ violations }: Pick<CaseResult, 'violations'>): boolean => violations.length === 0;

const number = (value: number | null): string => (value === null ? '-' : String(Math.round(value)));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
