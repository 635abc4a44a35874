import { alignColumns } from '../src/cli/table.ts';
import type { FloorName, OperationName } from './figures.ts';
import type { Machine } from './machine.ts';
import { percentileNames } from './percentiles.ts';
import type { OperationSummary, Spread, Summary } from './summary.ts';
import type { TargetComparison } from './targets.ts';

interface Report {
  readonly machine: Machine;
  readonly repetitions: number;
  readonly summary: Summary;
  readonly targets: readonly TargetComparison[];
}

const operationTitles: Readonly<Record<OperationName, string>> = {
  create: 'create',
  pooling: 'stage 0 to 1 (pooling)',
  replicas: 'stage 1 to 2 (replicas)',
  ha: 'stage 2 to 3 (ha)',
  rollback: 'stage 3 back to 2 (rollback)',
  jump: 'stage 0 to 3, no clients',
  scale_down: 'stage 3 to 2 (scale-down)',
  switchover_ha: 'switchover, stage 3',
  switchover_replicas: 'switchover, stage 2',
  change_single: 'change, stage 0, not through PgBouncer',
  change_pooling: 'change, stage 1',
  change_replicas: 'change, stage 2',
  change_ha: 'change, stage 3',
  patroni_switchover: "Patroni's own switchover",
  failover: "leader's container killed",
  patroni_failover: "the same, Patroni's ttl alone (20 s)",
  pg_auto_failover_standby: 'pg_auto_failover: standby added',
  pg_auto_failover_switchover: "pg_auto_failover's switchover",
  pg_auto_failover_failover: "pg_auto_failover, primary's container killed",
};

const floorTitles: Readonly<Record<FloorName, string>> = {
  container: 'bare container',
  base_backup: 'bare pg_basebackup',
  base_backup_verified: 'the same and pg_verifybackup',
  base_backups_side_by_side: 'two bare pg_basebackups side by side',
};

export const reportText = ({ machine, repetitions, summary, targets }: Report): readonly string[] => [
  `${machine.cores} cores (${machine.processor}), ${machine.memory_gb} GB, ${machine.kernel}, Node ${machine.node}, PostgreSQL ${machine.postgres}`,
  `min / median / max of ${repetitions}; load: the machine's, over one minute, at the end of each`,
  '',
  ...alignColumns([
    [
      'DATABASE',
      'WHAT',
      'TIME (s)',
      'LONGEST STALL (ms)',
      'ACKNOWLEDGED',
      'FAILED',
      'LOST',
      'OVERHEAD/STEP (ms)',
      'LOAD',
    ],
    ...summary.operations.map(operationRow),
    ...summary.floors.map(({ size, floor, duration_ms, load }) => [
      size,
      floorTitles[floor],
      spreadText(duration_ms, inSeconds),
      '',
      '',
      '',
      '',
      '',
      spreadText(load, inTenths),
    ]),
  ]),
  '',
  ...latencies(summary),
  ...alignColumns([
    ['FIGURE', 'TO REACH', 'MEASURED', 'REACHED'],
    ...targets.map(({ figure, to_reach, measured, reached }) => [figure, to_reach, measured, reached ? 'yes' : 'NO']),
  ]),
];

/** In a stall each client has one transaction that waits: the longer all of it took, the higher the percentile that shows them. */
const latencies = ({ operations }: Summary): readonly string[] => {
  const measured = operations.flatMap(({ size, operation, acknowledged, latency_ms }) =>
    latency_ms ? [{ size, operation, acknowledged, latency_ms }] : [],
  );
  if (measured.length === 0) return [];
  return [
    'Latency of the acknowledged transactions meanwhile (ms), in which a connection that had to be opened again counts',
    ...alignColumns([
      ['DATABASE', 'WHAT', 'P50', 'P90', 'P99', 'MAX', 'TRANSACTIONS'],
      ...measured.map(({ size, operation, acknowledged, latency_ms }) => [
        size,
        operationTitles[operation],
        ...percentileNames.map((name) => spreadText(latency_ms[name], inTenths)),
        String(acknowledged),
      ]),
    ]),
    '',
  ];
};

const operationRow = (each: OperationSummary): string[] => {
  const stall = each.longest_stall_ms;
  return [
    each.size,
    operationTitles[each.operation],
    spreadText(each.duration_ms, inSeconds),
    stall ? spreadText(stall, whole) : '-',
    stall ? String(each.acknowledged) : '-',
    stall ? String(each.failed) : '-',
    stall ? String(each.lost ?? 'not known') : '-',
    each.overhead_per_step_ms ? spreadText(each.overhead_per_step_ms, whole) : '-',
    spreadText(each.load, inTenths),
  ];
};

const spreadText = ({ min, median, max }: Spread, write: (value: number) => string): string =>
  [min, median, max].map(write).join(' / ');

const inSeconds = (ms: number): string => (ms / 1000).toFixed(1);
const inTenths = (value: number): string => value.toFixed(1);
const whole = (value: number): string => String(Math.round(value));
