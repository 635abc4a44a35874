import { z } from 'zod';
import type { Cost } from '../../domain/cost.ts';
import { endpointEffects } from '../../domain/endpoint-effects.ts';
import { endpointNames } from '../../domain/endpoints.ts';
import {
  operationStatuses,
  operationTypes,
  stepStatuses,
  type Checkpoint,
  type OperationDocument,
} from '../../domain/operation.ts';
import { anything, milliseconds, moment, named, stage } from './document.ts';

export const cost: z.ZodType<Cost> = named(
  'Cost',
  'Estimated, in US dollars per month.',
  z.strictObject({
    monthly_usd: z.number(),
    items: z.array(z.strictObject({ kind: z.string(), count: z.int(), monthly_usd: z.number() })),
  }),
);

const step = {
  name: z.string(),
  phase: z.string(),
  started_at: moment.nullable().describe('Of its last attempt; null until it has begun.'),
  duration_ms: milliseconds.nullable(),
  detail: z.string().nullable().describe('What it waits for, or how far it is: "replaying, 48 MB behind".'),
};

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
  warnings: z.array(z.string()),
};

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
  }),
);

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
      steps: z.array(z.strictObject({ ...step, status: z.literal('pending') })),
      started_at: z.null(),
      ended_at: z.null(),
      duration_ms: z.null(),
      stall_ms: z.null(),
      waiting_for: z.null(),
      estimated_duration_minutes: z.number(),
      losses: z.array(z.string()).describe('What would be lost for good; it has to be confirmed.'),
      endpoints: z
        .array(z.strictObject({ name: z.enum(endpointNames), effect: z.enum(endpointEffects) }))
        .describe('What clients of each endpoint notice that there is before or after.'),
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

/** `dry_run` answers with the plan. */
export const changeAnswers = { 200: planned, 202: accepted };
