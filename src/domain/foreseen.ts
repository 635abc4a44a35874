import { PgrowError } from './errors.ts';
import { formatMs } from './format-duration.ts';
import type { Checkpoint, OperationDocument, OperationType } from './operation.ts';
import type { Plan } from './plan.ts';
import { retentionHours } from './snapshot.ts';
import type { ActivityCall } from './step-actions.ts';
import type { OperationMessage } from './temporal-names.ts';

/** What a message to an operation or to a rollback window would do, by the record. Nothing is sent. */
export interface Foreseen {
  readonly message: OperationMessage;
  /** Steps that would be undone, the last one first; or that would run, in their order. */
  readonly steps: readonly { readonly index: number; readonly name: string; readonly becomes: 'undone' | 'run' }[];
  readonly nodes_removed: readonly string[];
  /** Milliseconds that writes would be held at most. */
  readonly expected_stall_ms: number;
  /** The rollback window that would close; null for none. */
  readonly checkpoint: Checkpoint | null;
  /** Sentences. */
  readonly says: readonly string[];
}

interface OnRecord {
  readonly operation: OperationDocument;
  readonly plan: Plan;
}

const nothing = { steps: [], nodes_removed: [], expected_stall_ms: 0, checkpoint: null } as const;

/** Of an operation that is accepted, and has no plan yet. */
export const foreseeUnbegun = (message: OperationMessage, database: string): Foreseen => {
  if (message === 'confirm')
    throw new PgrowError('refused', `The operation of ${database} is not in a grace period yet.`);
  const says =
    message === 'abort'
      ? `The operation of ${database} has begun nothing yet. It would end at once, and nothing is to be undone.`
      : `The operation of ${database} has no plan yet. If it has a cut-over that waits, it would begin as soon as it is ready.`;
  return { message, ...nothing, says: [says] };
};

/** @throws PgrowError `refused` with what the message itself would be answered with */
export const foresee = (message: OperationMessage, on: OnRecord): Foreseen => foreseeing[message](on);

const foreseeing: Readonly<Record<OperationMessage, (on: OnRecord) => Foreseen>> = {
  abort: ({ operation, plan }) => {
    const { now, reason } = operation.abortable;
    if (!now) throw new PgrowError('refused', reason ?? `Too late to abort: ${subjectOf(operation)} has ended.`);
    const begun = operation.steps.filter(({ status, waiting }) => status !== 'pending' && waiting !== true);
    const undone = begun.filter(({ index }) => (plan.steps[index]?.undo.length ?? 0) > 0).toReversed();
    const nodes_removed = removedBy(undone.flatMap(({ index }) => plan.steps[index]!.undo));
    const closed = plan.closes_window && begun.some(({ index }) => index === plan.closes_window?.step);
    return {
      message: 'abort',
      ...nothing,
      steps: undone.map(({ index, name }) => ({ index, name, becomes: 'undone' })),
      nodes_removed,
      says: [
        undone.length === 0
          ? `The ${workOf(operation)} would end. It has made nothing that would have to be undone.`
          : `The ${workOf(operation)} would be undone: ${countOf(undone.length, 'step')}, the last one first. Afterwards everything is as it was before.`,
        ...removalText(nodes_removed),
        ...(closed
          ? [
              `The rollback window of the last ${nounOf(plan.closes_window.of)} stays closed: this operation has closed it.`,
            ]
          : []),
      ],
    };
  },

  cutover: ({ operation, plan }) => {
    const at = operation.steps.find((step) => step.waits_for_signal);
    if (!at || operation.cut_over?.mode !== 'on_signal')
      throw new PgrowError('refused', `${subjectOf(operation)} has no cut-over that waits for a message.`);
    const { waiting_for, status, waiting } = at;
    if (operation.steps.some((step) => step.cut_over && step.status !== 'pending' && step.waiting !== true))
      throw new PgrowError('refused', `${subjectOf(operation)} has cut over already.`);
    const isReady = waiting_for?.kind === 'cutover' || (status === 'running' && waiting === true);
    const left = operation.steps.filter((step) => step.status !== 'done');
    return {
      message: 'cutover',
      ...nothing,
      steps: left.map(({ index, name }) => ({ index, name, becomes: 'run' })),
      expected_stall_ms: plan.expected_stall_ms,
      says: [
        isReady
          ? `The ${workOf(operation)} would go on now with step ${at.index + 1}, "${at.name}".`
          : `The ${workOf(operation)} is not ready yet: it would go on with step ${at.index + 1}, "${at.name}", as soon as it comes to it.`,
        `Writes would be held for about ${formatMs(plan.expected_stall_ms)}.`,
        ...(plan.point_of_no_return === null ? [] : [`Nothing is undone from "${plan.point_of_no_return}" on.`]),
      ],
    };
  },

  confirm: ({ operation, plan }) => {
    const at = operation.steps.find(({ waiting_for }) => waiting_for?.kind === 'grace');
    if (!at)
      throw new PgrowError(
        'refused',
        `${subjectOf(operation)} is not in a grace period, so there is nothing to confirm.`,
      );
    const left = operation.steps.filter(({ index, status }) => index !== at.index && status !== 'done');
    const { until } = at.waiting_for!;
    return {
      message: 'confirm',
      ...nothing,
      steps: left.map(({ index, name }) => ({ index, name, becomes: 'run' })),
      nodes_removed: plan.nodes_removed,
      expected_stall_ms: plan.expected_stall_ms,
      says: [
        `The grace period of the ${workOf(operation)} would end now${until === null ? '' : ` instead of at ${until}`}.`,
        ...removalText(plan.nodes_removed),
      ],
    };
  },
};

interface Window {
  readonly database: string;
  readonly checkpoint: Checkpoint;
  /** Of the operation whose window it is; null where it is not on record. */
  readonly plan: Pick<Plan, 'type' | 'on_close'> | null;
}

/** What `confirm` would do to an open rollback window. */
export const foreseeClosing = ({ database, checkpoint, plan }: Window): Foreseen => {
  const nodes_removed = removedBy(plan?.on_close ?? []);
  const { rollback_available_until: until, snapshot_id } = checkpoint;
  const what = plan ? `last ${nounOf(plan.type)}` : 'last operation';
  return {
    message: 'confirm',
    ...nothing,
    nodes_removed,
    checkpoint,
    says: [
      `The rollback window of the ${what} of ${database}, open until ${until}, would close: it could no longer be rolled back.`,
      ...removalText(nodes_removed),
      ...(snapshot_id === null ? [] : [`Snapshot ${snapshot_id} would be removed ${retentionHours} h later.`]),
    ],
  };
};

const removedBy = (calls: readonly ActivityCall[]): readonly string[] =>
  calls.flatMap((call) => (call.action === 'removeNode' ? [call.input.node.name] : []));

const removalText = (nodes: readonly string[]): readonly string[] =>
  nodes.length === 0 ? [] : [`Removes ${nodes.join(', ')}, with all they hold.`];

const nouns: Readonly<Record<OperationType, string>> = {
  create: 'creation',
  expand: 'expansion',
  scale_down: 'scale-down',
  set_replicas: 'change of replicas',
  set_pooling: 'change of pooling',
  change: 'change',
  switchover: 'switchover',
  failover: 'failover',
  reinitialize: 'rebuild of a replica',
  repair: 'repair',
  snapshot: 'snapshot',
  rotate: 'rotation',
  rollback: 'rollback',
  stop: 'stop',
  start: 'start',
  restore: 'restore',
  destroy: 'destruction',
};

const nounOf = (type: string): string => nouns[type as OperationType] ?? type.replaceAll('_', ' ');

const workOf = ({ type, database }: Pick<OperationDocument, 'type' | 'database'>): string =>
  `${nouns[type]} of ${database}`;

/** As the operation itself begins its refusals. */
const subjectOf = ({ type, database }: Pick<OperationDocument, 'type' | 'database'>): string =>
  `${type.replaceAll('_', ' ')} of ${database}`;

const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
