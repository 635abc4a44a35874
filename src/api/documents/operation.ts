import { z } from 'zod';
import { changeSubjects, effects, type ChangeItem } from '../../domain/change.ts';
import type { Cost } from '../../domain/cost.ts';
import { endpointEffects } from '../../domain/endpoint-effects.ts';
import { endpointNames } from '../../domain/endpoints.ts';
import { layers } from '../../domain/layers.ts';
import {
  operationStatuses,
  operationTypes,
  progressUnits,
  stepStatuses,
  waitKinds,
  type Checkpoint,
  type HandOver,
  type OperationDocument,
} from '../../domain/operation.ts';
import { cutoverModes } from '../../domain/options.ts';
import { preflightChecks } from '../../domain/preflight.ts';
import { nodeKinds } from '../../domain/topology.ts';
import { anything, milliseconds, moment, named, stage } from './document.ts';

export const cost: z.ZodType<Cost> = named(
  'Cost',
  'Estimated, in US dollars per month.',
  z.strictObject({
    monthly_usd: z.number(),
    items: z.array(z.strictObject({ kind: z.string(), count: z.int(), monthly_usd: z.number() })),
  }),
);

const stepProgress = named(
  'StepProgress',
  'How far a step is; null where it does not know.',
  z.strictObject({ done: z.number(), total: z.number(), unit: z.enum(progressUnits) }),
);

const stepWait = named(
  'StepWait',
  'What a step waits for. `cutover`, `grace`: it has not begun. `condition`: until something is so.',
  z.strictObject({
    kind: z.enum(waitKinds),
    since: moment,
    until: moment.nullable().describe('When it is over by itself; null where nothing says so.'),
    says: z.string(),
  }),
);

const lane = named(
  'StepLane',
  'Steps of different lanes of one group run at the same time. Null for one that runs alone.',
  z.strictObject({ group: z.int(), number: z.int() }),
);

const step = {
  name: z.string(),
  phase: z.string(),
  started_at: moment.nullable().describe('Of its last attempt; null until it has begun.'),
  duration_ms: milliseconds.nullable(),
  detail: z.string().nullable().describe('What it waits for, or how far it is: "replaying, 48 MB behind".'),
  index: z.int().describe('In the operation, from 0.'),
  attempt: z.int().nullable().describe('How often it was begun; null where that was not recorded.'),
  ended_at: moment.nullable().describe('Of its last attempt.'),
  progress: stepProgress.nullable(),
  waiting_for: stepWait.nullable(),
  remedy: z.string().nullable().describe('What is being done to help it; null while it gets on by itself.'),
  cut_over: z.boolean().describe('Whether nothing is undone once it has begun.'),
  waits_for_signal: z.boolean().describe('Whether a cut-over `on_signal` waits before it.'),
  lane: lane.nullable(),
};
const estimated_duration_ms = milliseconds.nullable();

export const checkpoint: z.ZodType<Checkpoint> = named(
  'Checkpoint',
  'A rollback window: the time in which an operation can be rolled back.',
  z.strictObject({
    id: z.string(),
    operation_id: z.guid(),
    stage,
    timestamp: moment,
    snapshot_id: z.string().nullable(),
    services_created: z.array(z.strictObject({ service_id: z.guid(), type: z.string() })),
    config_changes: z.array(anything),
    health_check_endpoint: z.string(),
    rollback_available_until: moment,
    status: z.enum(['open', 'closed']),
  }),
);

const closesWindow = z
  .strictObject({ of: z.string(), step: z.int() })
  .nullable()
  .describe('The rollback window that it closes, and at which step, by its index.');

const changeItem: z.ZodType<ChangeItem> = named(
  'ChangeItem',
  'One thing that a change makes different.',
  z.strictObject({
    subject: z.enum(changeSubjects),
    name: z
      .string()
      .nullable()
      .describe('Of a setting or an extension; the role of a password; the node of a certificate.'),
    from: z.string().nullable().describe('Null if there is none, or it is not known.'),
    to: z.string().nullable().describe('Null if there is none any longer.'),
    takes_effect: z.enum(effects).describe('At once, at a hand-over to a server that has it, or by being recorded.'),
  }),
);

/** Of an operation and of the plan of one alike. */
const common = {
  workflow_id: z.string(),
  type: z.enum(operationTypes),
  database: z.string(),
  service_id: z.guid(),
  from_stage: stage.nullable(),
  to_stage: stage.nullable(),
  expected_stall_ms: milliseconds.describe('Longest time that writes are expected to be held.'),
  closes_window: closesWindow,
  point_of_no_return: z.string().nullable().describe('Name of the step after which nothing is undone.'),
  nodes_added: z.array(z.string()),
  nodes_removed: z.array(z.string()),
  cost_before: cost,
  cost_after: cost,
  changes: z
    .array(changeItem)
    .describe('Of a change or a rotation, what it makes different; empty for other operations.'),
  warnings: z.array(z.string()),
};

const handOver: z.ZodType<HandOver> = named(
  'HandOver',
  'When clients waited, in milliseconds after the hold began; null where it does not apply.',
  z.strictObject({
    held_at: moment,
    stopped_ms: milliseconds.nullable().describe('The old primary has stopped.'),
    proven_ms: milliseconds.nullable().describe('The successor was shown to have everything.'),
    promoted_ms: milliseconds.nullable().describe('It takes writes.'),
    routed_ms: milliseconds.nullable().describe('Every router leads to it.'),
    probed_ms: milliseconds.nullable().describe('A write through every route has succeeded.'),
    resumed_ms: milliseconds.nullable().describe('The last client was let go.'),
    poolers: z.array(
      z.strictObject({ name: z.string(), waiting_max: z.int().nullable().describe('Most clients that waited.') }),
    ),
  }),
);

export const operation: z.ZodType<OperationDocument> = named(
  'Operation',
  'One change of a database.',
  z.strictObject({
    id: z.guid(),
    run_id: z.string().nullable(),
    ...common,
    status: z.enum(operationStatuses),
    actor: z.string().describe('Who asked for it; pgrow where it began by itself.'),
    reason: z.string().nullable().describe('Why it began by itself, with the evidence.'),
    steps: z.array(z.strictObject({ ...step, status: z.enum(stepStatuses), waiting: z.boolean().exactOptional() })),
    started_at: moment,
    ended_at: moment.nullable(),
    duration_ms: milliseconds.nullable(),
    stall_ms: milliseconds.nullable().describe('Longest time that writes were held or cut off.'),
    waiting_for: z.string().nullable().describe('What it needs before it continues.'),
    checkpoint: checkpoint.nullable(),
    error: z
      .strictObject({
        code: z.string(),
        message: z.string(),
        step: z.string().nullable(),
        left_over: z.array(z.strictObject({ what: z.string(), command: z.string() })),
      })
      .nullable(),
    current: z.int().nullable().describe('Index of the step it has come to; null after its end.'),
    estimated_duration_ms,
    request: z
      .strictObject({ method: z.enum(['POST', 'DELETE']), route: z.string(), body: anything.nullable() })
      .nullable()
      .describe('How to ask for the same once more; null where that is not known.'),
    abortable: z
      .strictObject({ now: z.boolean(), reason: z.string().nullable().describe('Why not.') })
      .describe('Whether `abort` would be heard now.'),
    cut_over: z
      .strictObject({
        mode: z.enum(cutoverModes),
        deadline: moment.nullable().describe('Until when one that waits may be released; null while none waits.'),
      })
      .nullable()
      .describe('Null if it has no cut-over that could wait, or that was not recorded.'),
    hand_over: handOver.nullable(),
  }),
);

const plannedNodes = z.array(
  named(
    'PlannedNode',
    'A node that there is before or after an operation.',
    z.strictObject({
      name: z.string(),
      kind: z.enum(nodeKinds),
      layer: z.enum(layers),
      primary: z.boolean().describe('Whether it takes writes.'),
      kept: z.boolean().describe('Whether it is kept for a rollback only.'),
    }),
  ),
);

export const affectedEndpoints = z
  .array(z.strictObject({ name: z.enum(endpointNames), effect: z.enum(endpointEffects), says: z.string() }))
  .describe('What clients of each endpoint notice that there is before or after.');

/** A plan has the shape of the operation that would run it. */
export const planned = named(
  'Plan',
  'What an operation would do.',
  z.strictObject({
    operation: z.strictObject({
      id: z.null(),
      digest: z
        .string()
        .describe('Of what the plan does: sent as `If-Match`, in GraphQL as planDigest, it lets only this plan run.'),
      run_id: z.null(),
      ...common,
      status: z.literal('planned'),
      steps: z.array(
        z.strictObject({
          ...step,
          status: z.literal('pending'),
          usual_ms: milliseconds.nullable().describe('Median of what it took before; null if it never ran.'),
        }),
      ),
      started_at: z.null(),
      ended_at: z.null(),
      duration_ms: z.null(),
      stall_ms: z.null(),
      waiting_for: z.null(),
      estimated_duration_minutes: z.number(),
      estimated_duration_ms: milliseconds,
      usual_ms: milliseconds.nullable().describe('Median of what such an operation took before; null if none ran.'),
      current: z.null(),
      topology: z
        .strictObject({ before: plannedNodes.nullable(), after: plannedNodes.nullable() })
        .describe('Null where there is no database.'),
      preflight: z
        .array(z.strictObject({ check: z.enum(preflightChecks), ok: z.boolean().nullable(), says: z.string() }))
        .nullable()
        .describe(
          'What the worker would check first, with `preflight=true`; `ok` is null if it could not be looked at.',
        ),
      losses: z.array(z.string()).describe('What would be lost for good; it has to be confirmed.'),
      endpoints: affectedEndpoints,
      checkpoint: z.null(),
      error: z.null(),
    }),
  }),
);

export const accepted = named(
  'Accepted',
  'An operation that was started. `Location` leads to it.',
  z.strictObject({
    operation_id: z.guid(),
    service_id: z.guid(),
    workflow_id: z.string(),
    run_id: z.string().nullable(),
    estimated_duration_minutes: z.number().nullable(),
    estimated_monthly_cost: z.number().nullable().describe('US dollars.'),
  }),
);

const takesEffect = z.enum(['now', 'when_a_worker_runs']);

export const heard = named(
  'Heard',
  'A message that an operation has received.',
  z.strictObject({
    operation_id: z.guid().nullable(),
    service_id: z.guid(),
    workflow_id: z.string(),
    run_id: z.string().nullable(),
    takes_effect: takesEffect,
  }),
);

export const confirmed = named(
  'Confirmed',
  'A grace period that was ended, or a rollback window that closes.',
  z.strictObject({
    operation_id: z.guid().nullable(),
    service_id: z.guid(),
    workflow_id: z.string(),
    run_id: z.string().nullable().optional(),
    takes_effect: takesEffect,
    checkpoint: checkpoint.nullable(),
  }),
);

export const foreseen = named(
  'Foreseen',
  'What a message would do, as far as the record says. Nothing has been sent.',
  z.strictObject({
    message: z.enum(['cutover', 'abort', 'confirm']),
    operation_id: z.guid().nullable(),
    service_id: z.guid(),
    workflow_id: z.string(),
    says: z.array(z.string()).describe('In sentences.'),
    steps: z
      .array(z.strictObject({ index: z.int(), name: z.string(), becomes: z.enum(['undone', 'run']) }))
      .describe('Those that would be undone, the last one first; or that would run.'),
    nodes_removed: z.array(z.string()),
    expected_stall_ms: milliseconds.describe('Longest time that writes are expected to be held.'),
    checkpoint: checkpoint.nullable().describe('The rollback window that would close.'),
  }),
);

/** `dry_run` answers with the plan. */
export const changeAnswers = { 200: planned, 202: accepted };
