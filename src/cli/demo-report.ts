import type { OperationDocument } from '../domain/operation.ts';
import { stageNames, type Stage } from '../domain/stage.ts';
import { formatMs } from '../domain/format-duration.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { operationTitle } from './operation-text.ts';
import { alignColumns } from './table.ts';

/** `demo --json`. */
export interface DemoReport {
  readonly database: string;
  readonly stage: Stage;
  /** What was run; a stage reached before needs no operation. */
  readonly operations: readonly DemoOperation[];
  readonly transactions: {
    readonly acknowledged: number;
    readonly failed: number;
    /** Null when the database could not be asked. */
    readonly lost: number | null;
  };
  /** Connection strings without password, null if there is no such endpoint. */
  readonly endpoints: Readonly<Record<string, string | null>>;
  readonly api: string;
  readonly temporal_web: string | null;
}

export interface DemoOperation extends OperationDocument {
  /** Longest time in which no client had a write acknowledged. */
  readonly longest_stall_ms: number;
  readonly transactions_failed: number;
}

/** Done only when the database is at its last stage and every acknowledged write was found. */
export const demoExitCode = ({ stage, operations, transactions }: DemoReport): ExitCode => {
  if (operations.some(({ status }) => status === 'needs_operator')) return exitCodes.needsOperator;
  const allDone = stage === 3 && operations.every(({ status }) => status === 'done');
  return allDone && transactions.lost === 0 ? exitCodes.done : exitCodes.failed;
};

export const demoText = (report: DemoReport): string[] => [
  '',
  `${report.database} is at stage ${report.stage} (${stageNames[report.stage]}).`,
  '',
  ...operationLines(report),
  transactionLine(report),
  '',
  ...alignColumns([
    ...Object.entries(report.endpoints).flatMap(([name, address]) =>
      address === null ? [] : [[name.replaceAll('_', ' '), address]],
    ),
    ['Temporal Web', report.temporal_web ?? 'none'],
    ['API', report.api],
  ]),
  '',
  `The database keeps running. With the password: ./pgrow url ${report.database}   In psql: ./pgrow connect ${report.database}`,
  `Remove it: ./pgrow destroy ${report.database} --confirm ${report.database}`,
];

const operationLines = ({ operations }: DemoReport): string[] =>
  operations.length === 0
    ? ['Nothing had to be done: all stages were reached before.']
    : alignColumns([
        ['OPERATION', 'STATUS', 'TOOK', 'LONGEST STALL', 'FAILED TRANSACTIONS'],
        ...operations.map((operation) => [
          operationTitle(operation),
          operation.status,
          operation.duration_ms === null ? '-' : formatMs(operation.duration_ms),
          formatMs(operation.longest_stall_ms),
          String(operation.transactions_failed),
        ]),
      ]);

const transactionLine = ({ transactions: { acknowledged, failed, lost } }: DemoReport): string => {
  const found = lost === null ? 'it could not be determined whether any was lost' : `${lost} lost`;
  return `Transactions: ${acknowledged} acknowledged, ${failed} failed, ${found}.`;
};
