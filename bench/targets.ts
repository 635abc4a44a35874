import type { Size } from './options.ts';
import type { FloorName, OperationName } from './figures.ts';
import type { Summary } from './summary.ts';

/** A figure to reach beside what was measured. */
export interface TargetComparison {
  readonly figure: string;
  readonly to_reach: string;
  readonly measured: string;
  readonly reached: boolean;
}

const jumpLimitMs = 15_000;
/** How much more than the base backups that cannot be avoided the copying may take. */
const copyingFactor = 1.3;
const stallLimitMs = 200;
const switchoverStallLimitMs = 250;
const changeStallLimitMs = 120;
const worstChangeStallLimitMs = 250;
const failoverLimitMs = 400;
const worstFailoverLimitMs = 1500;
const overheadLimitMs = 50;

const changes = [
  ['change_single', 0],
  ['change_pooling', 1],
  ['change_replicas', 2],
  ['change_ha', 3],
] as const satisfies readonly (readonly [OperationName, number])[];

/** Only what was measured is compared. Medians, but for what must never happen, which is counted over all repetitions. */
export const compareWithTargets = (summary: Summary): readonly TargetComparison[] => [
  ...jumpOfEmpty(summary),
  ...jumpOfFull(summary),
  ...stallOf(summary, 'ha', 'longest write stall of the cut-over', stallLimitMs),
  ...stallOf(summary, 'rollback', 'longest write stall of a rollback', stallLimitMs),
  ...stallOf(summary, 'switchover_ha', 'longest write stall of a switchover at stage 3', switchoverStallLimitMs),
  ...stallOf(summary, 'switchover_replicas', 'longest write stall of a switchover at stage 2', switchoverStallLimitMs),
  ...changes.flatMap(([operation, stage]) => [
    ...stallOf(summary, operation, `longest write stall of a change at stage ${stage}`, changeStallLimitMs),
    ...worstOf(summary, operation, worstChangeStallLimitMs),
  ]),
  ...stallOf(summary, 'failover', "writes again after the leader's container died", failoverLimitMs),
  ...worstOf(summary, 'failover', worstFailoverLimitMs),
  ...losses(summary),
  ...overhead(summary),
];

const jumpOfEmpty = (summary: Summary): readonly TargetComparison[] => {
  const jump = durationOf(summary, 'empty', 'jump');
  return jump === null ? [] : [atMost('stage 0 to 3, empty database', jump, jumpLimitMs, seconds)];
};

/**
 * Two base backups, one after the other, cannot be avoided: the standby leader's, and the two standbys' in parallel
 * from it. The snapshot is no part of them.
 */
const jumpOfFull = (summary: Summary): readonly TargetComparison[] => {
  const jump = durationOf(summary, '1gb', 'jump');
  const one = floorOf(summary, '1gb', 'base_backup');
  const two = floorOf(summary, '1gb', 'base_backups_side_by_side');
  if (jump === null || one === null || two === null) return [];
  const limit = copyingFactor * (one + two) + jumpLimitMs;
  return [atMost(`stage 0 to 3, 1 GB: 1.3 x (${seconds(one)} + ${seconds(two)}) + 15 s`, jump, limit, seconds)];
};

const stallOf = (
  { operations }: Summary,
  operation: OperationName,
  figure: string,
  limitMs: number,
): readonly TargetComparison[] =>
  operations
    .filter((each) => each.operation === operation)
    .flatMap(({ size, longest_stall_ms }) =>
      longest_stall_ms ? [atMost(`${figure}, ${size}`, longest_stall_ms.median, limitMs, milliseconds)] : [],
    );

const worstOf = ({ operations }: Summary, wanted: OperationName, limitMs: number): readonly TargetComparison[] =>
  operations
    .filter(({ operation }) => operation === wanted)
    .flatMap(({ longest_stall_ms }) =>
      longest_stall_ms ? [atMost('the same, worst', longest_stall_ms.max, limitMs, milliseconds)] : [],
    );

/** Through PgBouncer all the time, and planned: nothing may fail. */
const planned: readonly OperationName[] = [
  'replicas',
  'ha',
  'rollback',
  'scale_down',
  'switchover_ha',
  'switchover_replicas',
  'change_pooling',
  'change_replicas',
  'change_ha',
];

const losses = ({ operations }: Summary): readonly TargetComparison[] => {
  const pooled = operations.filter(({ operation }) => planned.includes(operation));
  if (pooled.length === 0) return [];
  const failed = pooled.reduce((sum, { failed: count }) => sum + count, 0);
  const unknown = pooled.some(({ lost }) => lost === null);
  const lost = Math.max(...pooled.map((each) => each.lost ?? 0));
  return [
    {
      figure: 'failed transactions of planned operations, through PgBouncer',
      to_reach: '0',
      measured: String(failed),
      reached: failed === 0,
    },
    {
      figure: 'acknowledged writes lost',
      to_reach: '0',
      measured: unknown ? 'not known' : String(lost),
      reached: !unknown && lost === 0,
    },
  ];
};

const overhead = ({ operations }: Summary): readonly TargetComparison[] => {
  const own = operations.flatMap(({ operation, size, overhead_per_step_ms }) =>
    overhead_per_step_ms ? [{ operation, size, median: overhead_per_step_ms.median }] : [],
  );
  if (own.length === 0) return [];
  const worst = own.reduce((a, b) => (a.median > b.median ? a : b));
  const figure = `own overhead per step (most: ${worst.operation}, ${worst.size})`;
  return [atMost(figure, worst.median, overheadLimitMs, milliseconds)];
};

const atMost = (figure: string, measured: number, limit: number, write: (ms: number) => string): TargetComparison => ({
  figure,
  to_reach: `at most ${write(limit)}`,
  measured: write(measured),
  reached: measured <= limit,
});

const durationOf = ({ operations }: Summary, size: Size, operation: OperationName): number | null =>
  operations.find((each) => each.size === size && each.operation === operation)?.duration_ms.median ?? null;

const floorOf = ({ floors }: Summary, size: Size, floor: FloorName): number | null =>
  floors.find((each) => each.size === size && each.floor === floor)?.duration_ms.median ?? null;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const milliseconds = (ms: number): string => `${Math.round(ms)} ms`;
